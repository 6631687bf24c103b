/** Broker in this process's memory: it alone knows where counters are kept between uses and when they are forgotten. */
import type { Broker, Clock, Counters, StreamCounters } from '../ports.ts'

/** How counters begin and count, decided by the rules. */
export interface CounterRules {
  decideEpoch(nowMs: number, newest: number): number
  nextSeq(seq: number): number
  nextBroadcastSeq(seq: number): number
  nextVersion(version: number, online: boolean): number
}

interface Entry extends Counters {
  online: boolean
  usedAtMs: number
}

// Longer than everything that may still be pending for a client id: webhooks are given up after an hour.
const FORGET_AFTER_MS = 2 * 3_600_000
const SWEEP_MS = 60_000

/**
 * A broker that forgets everything when the process ends, and the counters of a client id that is offline after
 * two hours without use.
 * @param epochFloor every epoch is at least this
 * @spec message.epoch.grows
 */
export function makeMemoryBroker(clock: Clock, rules: CounterRules, epochFloor: number): Broker {
  const entries = new Map<string, Entry>()
  let newestEpoch = epochFloor - 1
  let stream: StreamCounters | undefined

  const begin = (): number => {
    newestEpoch = rules.decideEpoch(clock.nowMs(), newestEpoch)
    return newestEpoch
  }
  const use = (clientId: string): Entry => {
    let entry = entries.get(clientId)
    if (!entry) {
      entry = { epoch: begin(), seq: 0, version: 0, online: false, usedAtMs: 0 }
      entries.set(clientId, entry)
    }
    entry.usedAtMs = clock.nowMs()
    return entry
  }
  const useStream = (): StreamCounters => {
    stream ??= { epoch: begin(), seq: 0 }
    return stream
  }
  const sweep = (): void => {
    const limit = clock.nowMs() - FORGET_AFTER_MS
    for (const [clientId, entry] of entries)
      if (!entry.online && entry.usedAtMs < limit) entries.delete(clientId)
    cancelSweep = clock.after(SWEEP_MS, sweep)
  }
  let cancelSweep = clock.after(SWEEP_MS, sweep)

  return {
    open: async (clientId) => copy(use(clientId)),
    read: async (clientId) => copy(entries.get(clientId) ?? { epoch: begin(), seq: 0, version: 0 }),
    accept: async (clientId) => {
      const entry = use(clientId)
      entry.seq = rules.nextSeq(entry.seq)
      return copy(entry)
    },
    turn: async (clientId, online) => {
      const entry = use(clientId)
      entry.version = rules.nextVersion(entry.version, online)
      entry.online = online
      return copy(entry)
    },
    openBroadcasts: async () => ({ ...useStream() }),
    acceptBroadcast: async () => {
      const { epoch, seq } = useStream()
      stream = { epoch, seq: rules.nextBroadcastSeq(seq) }
      return { ...stream }
    },
    stop: async () => cancelSweep(),
  }
}

function copy({ epoch, seq, version }: Counters): Counters {
  return { epoch, seq, version }
}
