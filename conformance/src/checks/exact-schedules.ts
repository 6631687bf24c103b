/** Checks of the schedule of webhooks with the timings of production: hours of it, to the millisecond. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { goOnline } from '../drive/online.ts'
import type { Reply } from '../drive/receiver.ts'
import { all } from '../judges/finding.ts'
import {
  attemptedTimes,
  givenUpInTime,
  heldBackForMost,
  repeatedAfterMost,
  repeatedWithinWaits,
} from '../judges/instant.ts'
import { reported } from '../judges/presence.ts'
import { waitsOf } from '../judges/webhook-sending.ts'

const HOUR = 3600
/** Longer than is honoured. */
const LONG_RETRY_AFTER = { status: 500, headers: { 'retry-after': '1000' } }

/** A client goes, and each report of it is answered so; then time passes, in seconds. */
async function fail(drive: Drive, reply: Reply, forSeconds: number): Promise<void> {
  const as = 'client'
  const clientId = drive.clientId()
  const webhooks = drive.webhooks(as, clientId, ({ fields }) =>
    fields.event === 'disconnected' ? reply : { status: 204 },
  )
  const client = await drive.connect(as, clientId)
  await webhooks.event('connected')
  client.close(1000)
  await webhooks.event('disconnected')
  await drive.pass(forSeconds)
  // What comes next is behind everything that would still be sent.
  await goOnline(drive, 'later')
}

const failThroughout = (drive: Drive): Promise<void> => fail(drive, { status: 500 }, 4 * HOUR)
const failWithRetryAfter = (drive: Drive): Promise<void> => fail(drive, LONG_RETRY_AFTER, 4 * HOUR)

type Schedule = Pick<Check, 'id' | 'proves' | 'drive' | 'judge' | 'killedBy'>

function scheduleCheck(check: Schedule): Check {
  return {
    needs: ['service-clock', 'webhooks'],
    timings: 'production',
    control: all(reported('client', 'disconnected'), reported('later', 'connected')),
    ...check,
  }
}

/** In the order of the chapter. */
export const EXACT_SCHEDULE_CHECKS: readonly Check[] = [
  scheduleCheck({
    id: 'webhook.whole-schedule.repeated',
    proves: 'webhook.failure.retried',
    drive: failThroughout,
    judge: repeatedWithinWaits('client'),
    killedBy: ['repeats-too-soon', 'spreads-repeats-too-far'],
  }),
  scheduleCheck({
    id: 'webhook.whole-schedule.given-up',
    proves: 'webhook.schedule.given-up',
    drive: failThroughout,
    judge: attemptedTimes('client', ({ advertised }) => waitsOf(advertised).length + 1),
    killedBy: ['goes-on-after-giving-up'],
  }),
  scheduleCheck({
    id: 'webhook.schedule-hour.given-up',
    proves: 'webhook.schedule.given-up',
    drive: failWithRetryAfter,
    judge: givenUpInTime('client'),
    killedBy: ['repeats-beyond-the-hour', 'goes-on-after-giving-up'],
  }),
  scheduleCheck({
    id: 'webhook.long-retry-after.honoured',
    proves: 'webhook.failure.retry-after',
    drive: failWithRetryAfter,
    judge: heldBackForMost('client'),
    killedBy: ['ignores-retry-after', 'honours-a-minute-of-retry-after'],
  }),
  scheduleCheck({
    id: 'webhook.long-retry-after.bounded',
    proves: 'webhook.failure.retried',
    drive: failWithRetryAfter,
    judge: repeatedAfterMost('client'),
    killedBy: ['honours-any-retry-after'],
  }),
]
