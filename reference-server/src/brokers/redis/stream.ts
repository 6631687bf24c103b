/** What is kept of messages and broadcasts in the shared store: it alone knows how what scripts answer of that is read. */
import type { Counters, HeldMessage, StreamCounters } from '../../broker-port.ts'
import { type BrokerParts, FORGET_AFTER_MS } from '../parts.ts'
import { OPEN, REPLAY, SWEEP } from './counting.ts'
import type { Missed } from './hearing.ts'
import { CATCH_UP } from './presence.ts'
import type { Steps } from './steps.ts'

/** What is kept of messages and broadcasts. */
export interface Streams {
  open(clientId: string): Promise<Counters>
  replay(clientId: string, after: StreamCounters): Promise<readonly HeldMessage[] | undefined>
  openBroadcasts(): Promise<StreamCounters>
  replayBroadcasts(after: StreamCounters): Promise<readonly HeldMessage[] | undefined>
  /** What a connection missed behind a place. */
  readMissed(clientId: string, connectionId: string, after: StreamCounters): Promise<Missed>
  /** Lets go what is held too long, and answers how many bytes are held still. */
  sweep(): Promise<number>
}

// Every connection is in the epoch of broadcasts.
/** For how long the counters of broadcasts are kept: they are never forgotten. */
export const ALWAYS = 0

/** What is kept of messages and broadcasts, in the name of a node. */
export function makeStreams(steps: Steps, parts: BrokerParts): Streams {
  const { timings, holds } = parts
  const windowMs = (): number => Math.round(timings.resume_window_seconds * 1000)
  const keyOf = (clientId: string): string => steps.names().client(clientId)

  async function open(key: string, forgetMs: number): Promise<Counters> {
    const [epoch, seq, version] = await steps.write<string[]>(OPEN, [key], [forgetMs])
    return { epoch: Number(epoch), seq: Number(seq), version: Number(version) }
  }

  async function replay(
    key: string,
    { epoch, seq }: StreamCounters,
    forgetMs: number,
  ): Promise<readonly HeldMessage[] | undefined> {
    if (!holds) return undefined
    const args = [epoch, seq, windowMs(), forgetMs]
    const [after, entries] = await steps.read<[number?, string[]?]>(REPLAY, [key], args)
    return after === undefined || !entries ? undefined : readEntries(entries, after)
  }

  return {
    open: (clientId) => open(keyOf(clientId), FORGET_AFTER_MS),
    replay: (clientId, after) => replay(keyOf(clientId), after, FORGET_AFTER_MS),
    openBroadcasts: async () => {
      const { epoch, seq } = await open(steps.names().broadcasts, ALWAYS)
      return { epoch, seq }
    },
    replayBroadcasts: (after) => replay(steps.names().broadcasts, after, ALWAYS),
    readMissed: async (clientId, connectionId, { epoch, seq }) => {
      const args = [connectionId, epoch, seq, windowMs()]
      type Answer = [current: number, entries?: string[]]
      const [current, entries] = await steps.read<Answer>(CATCH_UP, [keyOf(clientId)], args)
      return { current: current === 1, messages: entries && readEntries(entries, seq) }
    },
    sweep: async () => (holds ? steps.read<number>(SWEEP, [], [windowMs()]) : 0),
  }
}

/** Entries that follow one another behind a number: each the time of its acceptance and its data. */
function readEntries(entries: readonly string[], after: number): readonly HeldMessage[] {
  return entries.map((entry, index) => ({
    seq: after + 1 + index,
    data: entry.slice(entry.indexOf(':') + 1),
  }))
}
