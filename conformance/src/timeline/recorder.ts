/** Writes a timeline while a check runs; the only place that numbers and stamps events. */

import { type DriveClock, REAL_CLOCK } from '../drive/waiting.ts'
import type { TimelineEvent, Unrecorded } from './event.ts'
import { givenSecrets } from './given-secrets.ts'

/** A recording that is still going on. */
export interface Recorder {
  /** The time that events are stamped with, and that whoever records waits by. */
  readonly clock: DriveClock
  /** Appends an event and returns it with its number and instant. */
  record(event: Unrecorded): TimelineEvent
  /** What has been recorded so far. */
  readonly events: readonly TimelineEvent[]
  /** Secrets that the suite caused to exist during this recording, those that answers give included, for exact redaction. */
  readonly secrets: Set<string>
}

/** Starts an empty recording. */
export function startRecorder(clock: DriveClock = REAL_CLOCK): Recorder {
  const events: TimelineEvent[] = []
  const secrets = new Set<string>()
  return {
    clock,
    events,
    secrets,
    record(event) {
      clock.stir()
      const recorded = { n: events.length + 1, atMs: clock.nowMs(), ...event } as TimelineEvent
      clock.correct?.(recorded)
      events.push(recorded)
      if (recorded.kind === 'answer')
        for (const one of givenSecrets(recorded.body)) secrets.add(one)
      return recorded
    },
  }
}
