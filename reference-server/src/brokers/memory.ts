/** Broker in this process's memory: it alone knows where counters are kept between uses and when they are forgotten. */
import type { Broker, Clock, Counters, HeldMessage, StreamCounters } from '../ports.ts'
import { makeGenerations } from './memory-generations.ts'
import { makeStream, type Stream, type Window } from './window.ts'

/** How counters begin and count, decided by the rules. */
export interface CounterRules {
  decideEpoch(nowMs: number, newest: number): number
  nextSeq(seq: number): number
  nextBroadcastSeq(seq: number): number
  nextVersion(version: number, online: boolean): number
  decideSameEpoch(asked: number, current: number): boolean
}

interface Entry extends Counters {
  online: boolean
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
  rules: CounterRules,
  epochFloor: number,
  window?: Window,
  generationFloor = 0,
): Broker {
  const { decideEpoch } = rules
  const generations = makeGenerations({ clock, decideEpoch, floor: generationFloor })
  const entries = new Map<string, Entry>()
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
      entry = { ...counters, online: false, usedAtMs: 0, held: makeStream() }
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
    read: async (clientId) => copy(entries.get(clientId) ?? { epoch: begin(), seq: 0, version: 0 }),
    accept: async (clientId, data) => {
      const entry = use(clientId)
      entry.seq = rules.nextSeq(entry.seq)
      return { ...copy(entry), stored: window?.hold(entry.held, entry.seq, data) }
    },
    replay: async (clientId, after) => {
      const entry = use(clientId)
      return replay(entry.held, entry, after)
    },
    turn: async (clientId, online) => {
      const entry = use(clientId)
      entry.version = rules.nextVersion(entry.version, online)
      entry.online = online
      return copy(entry)
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
    stop: async () => cancelSweep(),
  }
}

function copy({ epoch, seq, version }: Counters): Counters {
  return { epoch, seq, version }
}
