/** Broker in this process's memory: it alone knows where counters are kept between uses and when they are forgotten. */
import type {
  Broker,
  Counters,
  HeldMessage,
  KnownClient,
  OnlineClient,
  StreamCounters,
} from '../broker-port.ts'
import { makeMemoryAnswers } from './memory-answers.ts'
import { makeGenerations } from './memory-generations.ts'
import { type BrokerParts, FORGET_AFTER_MS, SWEEP_MS } from './parts.ts'
import { makeStream, makeWindow, type Stream } from './window.ts'

interface Entry extends KnownClient {
  clientId: string
  arrival: number
  leftBy: string | undefined
  leftFor: string | undefined
  usedAtMs: number
  held: Stream
}

/**
 * A broker that forgets everything when the process ends, and the counters of a client id that is offline after
 * two hours without use.
 * @spec message.epoch.grows
 */
export function makeMemoryBroker(parts: BrokerParts): Broker {
  const { clock, rules, epochFloor } = parts
  const window = parts.holds ? makeWindow(parts) : undefined
  const generations = makeGenerations({
    clock,
    decideEpoch: (nowMs, newest) => rules.decideEpoch(nowMs, newest),
    // The generations of earlier runs are lost, so what was minted in one of them dies, unless nobody can revoke.
    floor: parts.revokes ? epochFloor : 0,
  })
  const answers = makeMemoryAnswers(parts)
  const entries = new Map<string, Entry>()
  /** In the order of their coming. */
  const online = new Set<Entry>()
  const secrets = new Map<string, string>()
  let arrivals = 0
  let newestEpoch = epochFloor - 1
  const heldBroadcasts = makeStream()
  let stream: StreamCounters | undefined

  const begin = (): number => {
    newestEpoch = rules.decideEpoch(clock.nowMs(), newestEpoch)
    return newestEpoch
  }
  const use = (clientId: string): Entry => {
    let entry = entries.get(clientId)
    if (!entry) {
      const counters = { epoch: begin(), seq: 0, version: 0 }
      const nobody = { online: false, connectionId: undefined, sinceMs: undefined }
      const away = { arrival: 0, leftBy: undefined, leftFor: undefined, usedAtMs: 0 }
      entry = { clientId, ...counters, ...nobody, ...away, held: makeStream() }
      entries.set(clientId, entry)
    }
    entry.usedAtMs = clock.nowMs()
    return entry
  }
  const useStream = (): StreamCounters => {
    stream ??= { epoch: begin(), seq: 0 }
    return stream
  }
  const replay = (
    held: Stream,
    newest: StreamCounters,
    after: StreamCounters,
  ): readonly HeldMessage[] | undefined =>
    rules.decideSameEpoch(after.epoch, newest.epoch)
      ? window?.replay(held, after.seq, newest.seq)
      : undefined
  const sweep = (): void => {
    window?.sweep()
    const limit = clock.nowMs() - FORGET_AFTER_MS
    for (const [clientId, entry] of entries)
      if (!entry.online && entry.usedAtMs < limit) entries.delete(clientId)
    cancelSweep = clock.after(SWEEP_MS, sweep)
  }
  let cancelSweep = clock.after(SWEEP_MS, sweep)

  return {
    open: async (clientId) => copy(use(clientId)),
    read: async (clientId) => describe(entries.get(clientId) ?? { epoch: begin() }),
    accept: (clientId, data) => {
      const entry = use(clientId)
      const seq = rules.nextSeq(entry.seq)
      entry.seq = seq
      const { epoch, version, held } = entry
      return { epoch, seq, version, stored: window?.hold(held, seq, data) }
    },
    replay: (clientId, after) => {
      const entry = use(clientId)
      return replay(entry.held, entry, after)
    },
    arrive: ({ clientId, connectionId, atMs }) => {
      const entry = use(clientId)
      const facts = { online: entry.online, takeover: entry.connectionId !== undefined }
      const came = rules.decideArrival(facts) === 'came'
      entry.connectionId = connectionId
      entry.leftBy = undefined
      entry.leftFor = undefined
      if (came) {
        entry.version = rules.nextVersion(entry.version, true)
        arrivals += 1
        entry.online = true
        entry.sinceMs = atMs
        entry.arrival = arrivals
        online.delete(entry)
        online.add(entry)
      }
      const { epoch, seq, version } = entry
      return { epoch, seq, version, came }
    },
    leave: async (clientId, connectionId, reason) => {
      const entry = entries.get(clientId)
      if (entry?.connectionId !== connectionId) return
      entry.connectionId = undefined
      entry.leftBy = connectionId
      entry.leftFor = reason
    },
    depart: async ({ clientId, connectionId }) => {
      const entry = entries.get(clientId)
      if (!entry?.online) return undefined
      if (entry.connectionId === connectionId) entry.connectionId = undefined
      const facts = { welcomed: true, current: entry.connectionId === undefined }
      if (rules.decideDeparture(facts) === 'nothing') return undefined
      entry.version = rules.nextVersion(entry.version, false)
      Object.assign(entry, { online: false, sinceMs: undefined, usedAtMs: clock.nowMs() })
      online.delete(entry)
      return copy(entry)
    },
    list: async (afterArrival, most) => {
      const page: OnlineClient[] = []
      for (const entry of online) {
        if (page.length === most) break
        const { clientId, arrival, leftBy, leftFor } = entry
        if (arrival > afterArrival)
          page.push({ clientId, arrival, leftBy, leftFor, ...describe(entry) })
      }
      return page
    },
    openBroadcasts: async () => ({ ...useStream() }),
    acceptBroadcast: async (data) => {
      const { epoch, seq } = useStream()
      stream = { epoch, seq: rules.nextBroadcastSeq(seq) }
      return { ...stream, stored: window?.hold(heldBroadcasts, stream.seq, data) }
    },
    replayBroadcasts: (after) => replay(heldBroadcasts, useStream(), after),
    generation: (clientId) => generations.of(clientId),
    revoke: async (clientId) => generations.begin(clientId),
    isReady: () => true,
    claim: answers.claim,
    keepAnswer: answers.keepAnswer,
    release: answers.release,
    // Nothing of this run is known to the next, so nothing has to be noted for it.
    began: async () => ({ epochFloor, told: false }),
    noteStarted: async () => {},
    noteAttempted: async () => {},
    noteAcknowledged: async () => {},
    owed: async () => [],
    noteSocket: async () => {},
    noteSocketEnd: async () => {},
    forgetSocket: async () => {},
    owedSockets: async () => [],
    keepSecret: async (name, fresh) => {
      const kept = secrets.get(name) ?? fresh
      secrets.set(name, kept)
      return kept
    },
    stop: async () => {
      cancelSweep()
      answers.stop()
    },
  }
}

function describe(client: Partial<KnownClient> & { epoch: number }): KnownClient {
  const { epoch, seq = 0, version = 0, online = false, connectionId, sinceMs } = client
  // Within the grace nobody is connected, and since when it was online is not told.
  return {
    epoch,
    seq,
    version,
    online,
    connectionId,
    sinceMs: connectionId === undefined ? undefined : sinceMs,
  }
}

function copy({ epoch, seq, version }: Counters): Counters {
  return { epoch, seq, version }
}
