/** The `started` webhook of one start of the service; it alone knows what an answer to it means. */
import type { Delivery, SenderRules, SenderTimings } from '../webhook-port.ts'
import { type LoneWebhook, makeLoneWebhook } from './lone-webhook.ts'

/**
 * Makes the `started` of a start at `startedAtMs`, with the floor of all later epochs; `fraction` answers numbers
 * in [0, 1) that spread the retries.
 *
 * @spec presence.started.reported
 * @spec presence.started.optional
 * @spec socket.started.reported
 */
export function makeStartedWebhook(
  rules: SenderRules,
  timings: SenderTimings,
  epoch: number,
  startedAtMs: number,
  fraction: () => number,
): LoneWebhook<Delivery> {
  const started: Delivery = { event: 'started', epoch, atMs: startedAtMs }
  return makeLoneWebhook(
    {
      judge(answer) {
        if (!('status' in answer)) return 'failed'
        if (rules.isWebhookSuccess(answer.status)) return 'done'
        return rules.isStartedDeclined(answer.status) ? 'declined' : 'failed'
      },
      schedule: (schedule, answer, nowMs) =>
        rules.decideWebhookSchedule(rules, schedule, answer, {
          nowMs,
          fraction: fraction(),
          timings,
        }),
    },
    started,
    startedAtMs,
  )
}
