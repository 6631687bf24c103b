/** Knows alone how much the application as a whole may be asked at the moment. */
import type { AttemptAnswer, SenderRules, SenderTimings } from '../webhook-port.ts'

/** A change of the target's health. */
export type TargetTurn = 'paused' | 'resumed' | 'unchanged'

/** The target of all webhooks: how many attempts are in flight, and whether it is paused. */
export interface WebhookTarget {
  /** Attempts in flight. */
  inFlight(): number
  /** Whether attempts are rare because the target took none lately. */
  isUnwell(): boolean
  /** Earliest instant of the next attempt; undefined while all places are taken. */
  freeAtMs(): number | undefined
  /** Notes that an attempt began. */
  noteBegun(nowMs: number): void
  /** Notes how an attempt ended, and says whether that paused the target or ended its pause. */
  noteEnded(answer: AttemptAnswer, nowMs: number): TargetTurn
}

/**
 * Makes the state of the target, in the best of health.
 *
 * @spec webhook.target.concurrency
 * @spec webhook.target.paused
 */
export function makeWebhookTarget(
  rules: SenderRules,
  timings: SenderTimings,
  concurrency: number,
): WebhookTarget {
  let inFlight = 0
  let unwell = false
  let freeAtMs = Number.NEGATIVE_INFINITY
  const pauseMs = rules.decideTargetPause(timings.webhook_pause_seconds)

  return {
    inFlight: () => inFlight,
    isUnwell: () => unwell,
    freeAtMs: () => (rules.isTargetFree(inFlight, concurrency) ? freeAtMs : undefined),
    noteBegun(nowMs) {
      inFlight += 1
      if (unwell) freeAtMs = Math.max(freeAtMs, nowMs + pauseMs)
    },
    noteEnded(answer, nowMs) {
      inFlight -= 1
      const wasUnwell = unwell
      if (rules.isTargetUnwell(answer)) {
        const asked = 'status' in answer ? answer.retryAfterSeconds : undefined
        const holdMs = rules.honourRetryAfter(asked, timings.webhook_retry_after_max_seconds)
        if (!unwell) freeAtMs = nowMs + pauseMs
        freeAtMs = Math.max(freeAtMs, nowMs + holdMs)
        unwell = true
      } else if ('status' in answer) {
        unwell = false
        freeAtMs = Number.NEGATIVE_INFINITY
      }
      if (unwell === wasUnwell) return 'unchanged'
      return unwell ? 'paused' : 'resumed'
    },
  }
}
