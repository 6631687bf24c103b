/** The `started` webhook of one start of the service; it alone knows how often that was tried. */
import type {
  AttemptAnswer,
  Delivery,
  Schedule,
  SenderRules,
  SenderTimings,
} from '../webhook-port.ts'

/** One `started`, until it is answered, declined or given up. */
export interface StartedWebhook {
  /** Whether an attempt may begin now. */
  isDue(nowMs: number): boolean
  /** Earliest instant of the next attempt; infinity while one is in flight. */
  dueAtMs(): number
  /** Begins an attempt and answers what it delivers. */
  begin(nowMs: number): Delivery
  /** Ends the attempt and says what follows; `fraction` in [0, 1) spreads the retries. */
  noteAnswered(
    answer: AttemptAnswer,
    nowMs: number,
    fraction: number,
  ): 'done' | 'declined' | 'given-up' | 'again'
}

/**
 * Makes the `started` of a start at `startedAtMs`, with the floor of all later epochs.
 *
 * @spec presence.started.reported
 * @spec presence.started.optional
 */
export function makeStartedWebhook(
  rules: SenderRules,
  timings: SenderTimings,
  epoch: number,
  startedAtMs: number,
): StartedWebhook {
  let inFlight = false
  let schedule: Schedule = {
    attempts: 0,
    firstAttemptAtMs: Number.NEGATIVE_INFINITY,
    retryAtMs: startedAtMs,
    givenUpAtMs: Number.NEGATIVE_INFINITY,
  }
  const dueAtMs = () => (inFlight ? Number.POSITIVE_INFINITY : schedule.retryAtMs)

  return {
    dueAtMs,
    isDue: (nowMs) => nowMs >= dueAtMs(),
    begin(nowMs) {
      inFlight = true
      const { attempts, firstAttemptAtMs } = schedule
      schedule = {
        ...schedule,
        attempts: attempts + 1,
        firstAttemptAtMs: attempts === 0 ? nowMs : firstAttemptAtMs,
      }
      return { event: 'started', epoch, atMs: startedAtMs }
    },
    noteAnswered(answer, nowMs, fraction) {
      inFlight = false
      if ('status' in answer) {
        if (rules.isWebhookSuccess(answer.status)) return 'done'
        if (rules.isStartedDeclined(answer.status)) return 'declined'
      }
      schedule = rules.decideWebhookSchedule(rules, schedule, answer, { nowMs, fraction, timings })
      return schedule.givenUpAtMs === Number.NEGATIVE_INFINITY ? 'again' : 'given-up'
    },
  }
}
