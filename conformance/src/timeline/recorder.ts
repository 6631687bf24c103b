/** Writes a timeline while a check runs; the only place that numbers and stamps events. */

import type { TimelineEvent, Unrecorded } from './event.ts'

/** A recording that is still going on. */
export interface Recorder {
  /** Appends an event and returns it with its number and instant. */
  record(event: Unrecorded): TimelineEvent
  /** What has been recorded so far. */
  readonly events: readonly TimelineEvent[]
  /** Secrets that the suite caused to exist during this recording, for exact redaction. */
  readonly secrets: Set<string>
}

/** Starts an empty recording. */
export function startRecorder(nowMs: () => number = Date.now): Recorder {
  const events: TimelineEvent[] = []
  return {
    events,
    secrets: new Set(),
    record(event) {
      const recorded = { n: events.length + 1, atMs: nowMs(), ...event } as TimelineEvent
      events.push(recorded)
      return recorded
    },
  }
}
