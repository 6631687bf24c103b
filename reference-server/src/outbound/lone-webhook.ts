/** One webhook that is attempted until it is answered or given up; it alone knows how often that was tried. */
import type { AttemptAnswer, Schedule } from '../webhook-port.ts'

/** What is decided about each attempt. */
export interface LoneRules {
  /** What an answer means. */
  judge(answer: AttemptAnswer): 'done' | 'declined' | 'failed'
  /** The schedule after an attempt that failed. */
  schedule(schedule: Schedule, answer: AttemptAnswer, nowMs: number): Schedule
}

/** One webhook, until it is answered, declined or given up. */
export interface LoneWebhook<D> {
  /** Whether an attempt may begin now. */
  isDue(nowMs: number): boolean
  /** Earliest instant of the next attempt; infinity while one is in flight. */
  dueAtMs(): number
  /** Begins an attempt and answers what it delivers. */
  begin(nowMs: number): D
  /** Ends the attempt and says what follows. */
  noteAnswered(answer: AttemptAnswer, nowMs: number): 'done' | 'declined' | 'given-up' | 'again'
}

/** A webhook of its own, first due at `firstDueAtMs`. */
export function makeLoneWebhook<D>(
  rules: LoneRules,
  delivery: D,
  firstDueAtMs: number,
): LoneWebhook<D> {
  let inFlight = false
  let schedule: Schedule = {
    attempts: 0,
    firstAttemptAtMs: Number.NEGATIVE_INFINITY,
    retryAtMs: firstDueAtMs,
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
      return delivery
    },
    noteAnswered(answer, nowMs) {
      inFlight = false
      const meaning = rules.judge(answer)
      if (meaning !== 'failed') return meaning
      schedule = rules.schedule(schedule, answer, nowMs)
      return schedule.givenUpAtMs === Number.NEGATIVE_INFINITY ? 'again' : 'given-up'
    },
  }
}
