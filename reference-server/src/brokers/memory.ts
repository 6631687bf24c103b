/** Broker in this process's memory: it alone knows where counters are kept between uses and when they are forgotten. */
import type {
  Broker,
  Clock,
  Counters,
  HeldMessage,
  KnownClient,
  OnlineClient,
  StreamCounters,
} from '../ports.ts'
import { makeGenerations } from './memory-generations.ts'
import { makeStream, type Stream, type Window } from './window.ts'

/** How counters begin and count, and what a connection means for presence, decided by the rules. */
export interface BrokerRules {
  decideEpoch(nowMs: number, newest: number): number
  nextSeq(seq: number): number
  nextBroadcastSeq(seq: number): number
  nextVersion(version: number, online: boolean): number
  decideSameEpoch(asked: number, current: number): boolean
  decideArrival(facts: { online: boolean; takeover: boolean }): 'came' | 'stayed'
  decideDeparture(facts: { welcomed: boolean; current: boolean }): 'went' | 'nothing'
}

interface Entry extends KnownClient {
  clientId: string
  arrival: number
  usedAtMs: number
  held: Stream
}

// Longer than everything that may still be pending for a client id: webhooks are given up after an hour.
const FORGET_AFTER_MS = 2 * 3_600_000
const SWEEP_MS = 60_000

/**
 * A broker that forgets everything when the process ends, and the counters of a client id that is offline after
 * two hours without use.
 * @param epochFloor every epoch is at least this
 * @param window what holds messages for replay; nothing is held without it
 * @param generationFloor the generation of every client id that was not revoked in this run
 * @spec message.epoch.grows
 */
export function makeMemoryBroker(
  clock: Clock,
  rules: BrokerRules,
  epochFloor: number,
  window?: Window,
  generationFloor = 0,
): Broker {
  const { decideEpoch } = rules
  const generations = makeGenerations({ clock, decideEpoch, floor: generationFloor })
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
      const offline = { online: false, connectionId: undefined, sinceMs: undefined, arrival: 0 }
      entry = { clientId, ...counters, ...offline, usedAtMs: 0, held: makeStream() }
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
    accept: async (clientId, data) => {
      const entry = use(clientId)
      entry.seq = rules.nextSeq(entry.seq)
      return { ...copy(entry), stored: window?.hold(entry.held, entry.seq, data) }
    },
    replay: async (clientId, after) => {
      const entry = use(clientId)
      return replay(entry.held, entry, after)
    },
    arrive: async ({ clientId, connectionId, atMs }) => {
      const entry = use(clientId)
      const facts = { online: entry.online, takeover: entry.connectionId !== undefined }
      const came = rules.decideArrival(facts) === 'came'
      entry.connectionId = connectionId
      if (came) {
        entry.version = rules.nextVersion(entry.version, true)
        arrivals += 1
        Object.assign(entry, { online: true, sinceMs: atMs, arrival: arrivals })
        online.delete(entry)
        online.add(entry)
      }
      return { ...copy(entry), came }
    },
    leave: async (clientId, connectionId) => {
      const entry = entries.get(clientId)
      if (entry?.connectionId === connectionId) entry.connectionId = undefined
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
        const { clientId, arrival } = entry
        if (arrival > afterArrival) page.push({ clientId, arrival, ...describe(entry) })
      }
      return page
    },
    openBroadcasts: async () => ({ ...useStream() }),
    acceptBroadcast: async (data) => {
      const { epoch, seq } = useStream()
      stream = { epoch, seq: rules.nextBroadcastSeq(seq) }
      return { ...stream, stored: window?.hold(heldBroadcasts, stream.seq, data) }
    },
    replayBroadcasts: async (after) => replay(heldBroadcasts, useStream(), after),
    generation: async (clientId) => generations.of(clientId),
    revoke: async (clientId) => generations.begin(clientId),
    // Nothing of this run is known to the next, so nothing has to be noted for it.
    remembers: false,
    noteAttempted: async () => {},
    noteAcknowledged: async () => {},
    owed: async () => [],
    keepSecret: async (name, fresh) => {
      const kept = secrets.get(name) ?? fresh
      secrets.set(name, kept)
      return kept
    },
    stop: async () => cancelSweep(),
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
