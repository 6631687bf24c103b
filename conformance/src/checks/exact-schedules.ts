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
import { seenAttempts, waitsOf } from '../judges/webhook-sending.ts'

const HOUR = 3600
/** Longer than is honoured. */
const LONG_RETRY_AFTER = { status: 500, headers: { 'retry-after': '1000' } }

/** Seconds in which a report that fails is attempted three times at least. */
const THREE_ATTEMPTS_SECONDS = 20

/** How reports fail, and for how many seconds: that the client came, before it goes, and that it went. */
interface Failing {
  readonly reply: Reply
  readonly cameForSeconds: number
  readonly wentForSeconds: number
}

/** A client comes and goes, and each report that is to fail is answered so while time passes. */
async function fail(
  drive: Drive,
  { reply, cameForSeconds, wentForSeconds }: Failing,
): Promise<void> {
  const as = 'client'
  const clientId = drive.clientId()
  const fails = cameForSeconds > 0 ? ['connected', 'disconnected'] : ['disconnected']
  const webhooks = drive.webhooks(as, clientId, ({ fields }) =>
    fails.includes(fields.event ?? '') ? reply : { status: 204 },
  )
  const client = await drive.connect(as, clientId)
  await webhooks.event('connected')
  if (cameForSeconds > 0) await drive.pass(cameForSeconds)
  client.close(1000)
  await webhooks.event('disconnected')
  await drive.pass(wentForSeconds)
  // What comes next is behind everything that would still be sent.
  await goOnline(drive, 'later')
}

const GOING = { cameForSeconds: 0, wentForSeconds: 4 * HOUR }
const ERROR = { status: 500 }
const failThroughout = (drive: Drive): Promise<void> => fail(drive, { ...GOING, reply: ERROR })
const failWithRetryAfter = (drive: Drive): Promise<void> =>
  fail(drive, { ...GOING, reply: LONG_RETRY_AFTER })
const failBothVersions = (drive: Drive): Promise<void> =>
  fail(drive, { ...GOING, reply: ERROR, cameForSeconds: THREE_ATTEMPTS_SECONDS })

type Schedule = Pick<Check, 'id' | 'proves' | 'drive' | 'judge' | 'killedBy'> &
  Partial<Pick<Check, 'control'>>

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
    id: 'webhook.schedule-of-newer.repeated',
    proves: 'webhook.failure.retried',
    drive: failBothVersions,
    control: all(
      seenAttempts('client', 3),
      reported('client', 'disconnected'),
      reported('later', 'connected'),
    ),
    judge: repeatedWithinWaits('client'),
    killedBy: ['carries-attempts-into-newer-versions'],
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
