/** Window: it alone knows which messages are held for replay, and lets each go the moment a bound drops it. */
import type { HeldMessage } from '../broker-port.ts'
import type { Clock, Limits, Metrics, Timings } from '../ports.ts'

/** Which bound drops what, decided by the rules. */
export interface WindowRules {
  measureData(data: string): number
  decideOverdue(acceptedAtMs: number, nowMs: number, windowSeconds: number): boolean
  decideOverCount(messages: number, limit: number): boolean
  decideOverBytes(bytes: number, limit: number): boolean
  decideOverTotal(bytes: number, limit: number): boolean
  decideContinued(facts: { after: number; newest: number; dropped: number }): boolean
}

/** What a window is built of; the bounds are read at each use. */
export interface WindowParts {
  rules: WindowRules
  clock: Clock
  metrics: Metrics
  timings: Pick<Timings, 'resume_window_seconds'>
  limits: Pick<Limits, 'resume_messages' | 'resume_bytes' | 'resume_total_bytes'>
}

interface Entry extends HeldMessage {
  stream: Stream
  bytes: number
  atMs: number
  older: Entry | undefined
  newer: Entry | undefined
}

/** What is held of one client id, or of broadcasts: the newest, oldest first. */
export interface Stream {
  /** Those before `first` were dropped. */
  entries: (Entry | undefined)[]
  first: number
  bytes: number
  /** Number of the newest message that was dropped, 0 before the first. */
  dropped: number
}

/** The operations on what is held; each costs the same, however much is held. */
export interface Window {
  /** Holds a message, and answers whether it still does when every bound has dropped its due. */
  hold(stream: Stream, seq: number, data: string): boolean
  /** What is later than `after`, oldest first; nothing where that place cannot be continued. */
  replay(stream: Stream, after: number, newest: number): readonly HeldMessage[] | undefined
  /** Lets go what is held for longer than the window. */
  sweep(): void
}

/** A stream of which nothing is held. */
export function makeStream(): Stream {
  return { entries: [], first: 0, bytes: 0, dropped: 0 }
}

// An array gives its dropped front back when that is most of it: each message is moved at most once on average.
const COMPACT_FROM = 32

/**
 * A window that holds nothing yet.
 * @spec resume.window.kept
 * @spec resume.window.total
 */
export function makeWindow({ rules, clock, metrics, timings, limits }: WindowParts): Window {
  let oldest: Entry | undefined
  let newest: Entry | undefined
  let messages = 0
  let bytes = 0

  function append(entry: Entry): void {
    if (newest) newest.newer = entry
    else oldest = entry
    newest = entry
    entry.stream.entries.push(entry)
    count(entry, 1)
  }

  /** Drops the oldest of a stream. */
  function drop(stream: Stream): void {
    const entry = stream.entries[stream.first]
    if (!entry) return
    stream.entries[stream.first] = undefined
    stream.first += 1
    stream.dropped = Math.max(stream.dropped, entry.seq)
    if (stream.first >= COMPACT_FROM && stream.first * 2 > stream.entries.length) {
      stream.entries.splice(0, stream.first)
      stream.first = 0
    }
    if (entry.older) entry.older.newer = entry.newer
    else oldest = entry.newer
    if (entry.newer) entry.newer.older = entry.older
    else newest = entry.older
    count(entry, -1)
  }

  function count(entry: Entry, sign: 1 | -1): void {
    messages += sign
    bytes += sign * entry.bytes
    entry.stream.bytes += sign * entry.bytes
  }

  function sweep(nowMs: number): void {
    while (oldest && rules.decideOverdue(oldest.atMs, nowMs, timings.resume_window_seconds))
      drop(oldest.stream)
  }

  function hold(stream: Stream, seq: number, data: string): boolean {
    const nowMs = clock.nowMs()
    sweep(nowMs)
    const entry: Entry = {
      stream,
      seq,
      data,
      bytes: rules.measureData(data),
      atMs: nowMs,
      older: newest,
      newer: undefined,
    }
    append(entry)
    const held = (): number => stream.entries.length - stream.first
    // The bounds of one stream come first, so that what they drop takes nothing away from the others.
    while (held() > 0 && rules.decideOverCount(held(), limits.resume_messages)) drop(stream)
    while (held() > 0 && rules.decideOverBytes(stream.bytes, limits.resume_bytes)) drop(stream)
    while (oldest && rules.decideOverTotal(bytes, limits.resume_total_bytes)) drop(oldest.stream)
    return held() > 0
  }

  metrics.gauge('resume_messages_held', () => messages)
  metrics.gauge('resume_bytes_held', () => bytes)

  return {
    hold,
    sweep: () => sweep(clock.nowMs()),
    replay: (stream, after, newestSeq) => {
      sweep(clock.nowMs())
      const facts = { after, newest: newestSeq, dropped: stream.dropped }
      if (!rules.decideContinued(facts)) return undefined
      return stream.entries
        .filter((entry) => entry !== undefined)
        .filter(({ seq }) => seq > after)
        .map(({ seq, data }) => ({ seq, data }))
    },
  }
}
