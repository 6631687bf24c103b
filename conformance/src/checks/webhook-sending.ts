/** Checks of the chapter webhook, section answers: what is repeated, when, and when no more. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { Reply } from '../drive/receiver.ts'
import type { Webhooks } from '../drive/webhooks.ts'
import { all } from '../judges/finding.ts'
import { FENCE, reported } from '../judges/presence.ts'
import { startedOnce, startedSent } from '../judges/presence-started.ts'
import {
  attempted,
  attemptedOnce,
  heldBack,
  longRetryAfter,
  redirectIgnored,
  repeatedOnTime,
  reportedAfterFence,
  scheduleEnded,
  seenAttempts,
  waitsOf,
} from '../judges/webhook-sending.ts'
import { seconds, type Timeline } from '../timeline/timeline.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const REPEATS = 3
const FAILURES = [302, 304, 404, 410, 501, 500] as const
/** The second says that there is something at the path, and not that it is not wanted. */
const STARTED_FAILURES = [500, 405] as const
const REDIRECTS = [301, 302, 303, 307, 308] as const
const SUCCESSES = [200, 201, 202, 299] as const

/** A client comes online, its reports answered by `reply`. */
async function come(
  drive: Drive,
  as: string,
  reply: (number: number) => Reply,
): Promise<{ readonly webhooks: Webhooks; readonly close: () => void }> {
  const clientId = drive.clientId()
  const webhooks = drive.webhooks(as, clientId, (_attempt, number) => reply(number))
  const connection = await drive.connect(as, clientId)
  return { webhooks, close: () => connection.close(1000) }
}

/** Seconds of all waits at their longest, and the last once more for a service that would go on. */
function wholeSchedule(advertised: Timeline['advertised']): number {
  const waits = waitsOf(advertised)
  return (waits.reduce((a, b) => a + b, 0) + (waits.at(-1) ?? 0)) * 1.2
}

/** Answers every attempt about a client with 500 until the schedule is over, and a last wait longer. */
async function exhaust(drive: Drive): Promise<{ readonly goOn: () => Promise<void> }> {
  let isWell = false
  const { webhooks, close } = await come(drive, 'client', () => ({ status: isWell ? 204 : 500 }))
  const waits = waitsOf(drive.advertised)
  const schedule = wholeSchedule(drive.advertised) * 1000
  await webhooks.first(waits.length + 1, drive.patienceMs + schedule)
  await drive.pass((waits.at(-1) ?? 0) * 1.2)
  return {
    goOn: async () => {
      drive.note(FENCE, 'the schedule is over')
      isWell = true
      close()
      await webhooks.event('disconnected')
    },
  }
}

/** A service starts whose `started` is answered with 500 once. */
async function failStarted(drive: Drive, as: string, status: number): Promise<void> {
  const { webhooks } = await drive.launch(as, (_attempt, number) => ({
    status: number === 1 ? status : 204,
  }))
  await webhooks.first(2, drive.patienceMs + FIRST_RETRY(drive.advertised) * 1200)
}

/** In the order of the chapter. */
export const WEBHOOK_SENDING_CHECKS: readonly Check[] = [
  {
    id: 'webhook.success.not-repeated',
    proves: 'webhook.success.final',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      await Promise.all(
        SUCCESSES.map(async (status) => {
          const { webhooks } = await come(drive, `answered-${status}`, () => ({ status }))
          await webhooks.first(1)
        }),
      )
      const { webhooks } = await come(drive, 'control', (number) => ({
        status: number === 1 ? 500 : 204,
      }))
      const wait = FIRST_RETRY(drive.advertised)
      await webhooks.first(2, drive.patienceMs + wait * 1000)
      await drive.pass(wait * 0.4)
    },
    control: all(
      seenAttempts('control', 2),
      ...SUCCESSES.map((status) => seenAttempts(`answered-${status}`, 1)),
    ),
    judge: all(...SUCCESSES.map((status) => attemptedOnce(`answered-${status}`))),
    killedBy: ['takes-only-204-for-success'],
  },
  {
    id: 'webhook.started-success.not-repeated',
    proves: 'webhook.success.final',
    needs: ['webhooks', 'exec'],
    profiles: ['presence-sync'],
    waitSeconds: waitFor({ list: 'webhook_retry_seconds', entries: 2 }),
    drive: async (drive) => {
      const welcoming = await drive.launch('welcoming')
      await welcoming.webhooks.first(1)
      await failStarted(drive, 'service', 500)
      await drive.pass(FIRST_RETRY(drive.advertised) * 0.4)
    },
    control: all(startedSent('welcoming'), seenAttempts('service', 2)),
    judge: startedOnce('welcoming'),
    killedBy: ['repeats-started'],
  },
  {
    id: 'webhook.failure.repeated',
    proves: 'webhook.failure.retried',
    needs: ['webhooks'],
    waitSeconds: waitFor({ list: 'webhook_retry_seconds', entries: REPEATS }),
    drive: async (drive) => {
      const waits = waitsOf(drive.advertised).slice(0, REPEATS)
      const patienceMs = drive.patienceMs + waits.reduce((a, b) => a + b, 0) * 1200
      await Promise.all(
        FAILURES.map(async (status) => {
          const { webhooks } = await come(drive, `answered-${status}`, (number) => ({
            status: number <= waits.length ? status : 204,
          }))
          await webhooks.first(waits.length + 1, patienceMs)
        }),
      )
    },
    control: all(...FAILURES.map((status) => seenAttempts(`answered-${status}`, 1))),
    judge: all(...FAILURES.map((status) => repeatedOnTime(`answered-${status}`, REPEATS))),
    killedBy: [
      'takes-404-for-success',
      'takes-redirect-for-success',
      'takes-304-for-success',
      'repeats-too-soon',
      'gives-up-one-wait-early',
    ],
  },
  {
    id: 'webhook.started-failure.repeated',
    proves: 'webhook.failure.retried',
    needs: ['webhooks', 'exec'],
    profiles: ['presence-sync'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const fail = (status: number): Promise<void> =>
        failStarted(drive, `answered-${status}`, status)
      await Promise.all(STARTED_FAILURES.map(fail))
    },
    control: all(...STARTED_FAILURES.map((status) => startedSent(`answered-${status}`))),
    judge: all(...STARTED_FAILURES.map((status) => attempted(`answered-${status}`, 2))),
    killedBy: ['gives-started-up-at-once', 'takes-405-for-unwanted-started'],
  },
  {
    id: 'webhook.retry-after.honoured',
    proves: 'webhook.failure.retry-after',
    needs: ['webhooks'],
    waitSeconds: longRetryAfter,
    drive: async (drive) => {
      const wait = longRetryAfter(drive.advertised)
      const date = (): string =>
        new Date(Math.ceil(drive.nowMs() / 1000 + wait) * 1000).toUTCString()
      const values = { seconds: () => `${wait}`, date, 'newer version': () => `${wait}` }
      await Promise.all(
        Object.entries(values).map(async ([as, value]) => {
          const { webhooks, close } = await come(drive, as, (number) =>
            number === 1 ? { status: 500, headers: { 'retry-after': value() } } : { status: 204 },
          )
          if (as === 'newer version') {
            await webhooks.first(1)
            close()
          }
          await webhooks.first(2, drive.patienceMs + (wait + 1) * 1000)
        }),
      )
    },
    control: all(
      seenAttempts('seconds', 2),
      seenAttempts('date', 2),
      reported('newer version', 'disconnected'),
    ),
    judge: all(heldBack('seconds'), heldBack('date'), heldBack('newer version')),
    killedBy: ['ignores-retry-after', 'ignores-retry-after-for-newer-version'],
  },
  {
    id: 'webhook.redirect.not-followed',
    proves: 'webhook.redirect.refused',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const patienceMs = drive.patienceMs + FIRST_RETRY(drive.advertised) * 1000
      await Promise.all(
        REDIRECTS.map(async (status) => {
          const clientId = drive.clientId()
          const place = `/redirected-${clientId}`
          drive.allWebhooks(`behind-${status}`, ({ path }) => path.endsWith(place))
          const webhooks = drive.webhooks(
            `answered-${status}`,
            clientId,
            ({ headers, path }, n) => {
              const base = path.slice(0, Math.max(0, path.indexOf('/_ah/')))
              const location = `http://${headers.host}${base}${place}`
              return n === 1 ? { status, headers: { location } } : { status: 204 }
            },
          )
          await drive.connect(`answered-${status}`, clientId)
          await webhooks.first(2, patienceMs)
        }),
      )
    },
    control: all(...REDIRECTS.map((status) => seenAttempts(`answered-${status}`, 1))),
    judge: all(
      ...REDIRECTS.map((status) => redirectIgnored(`answered-${status}`, `behind-${status}`)),
    ),
    killedBy: ['follows-redirect'],
  },
  {
    id: 'webhook.unanswered.repeated',
    proves: 'webhook.timeout.retried',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds', { list: 'webhook_retry_seconds', entries: 1 }),
    drive: async (drive) => {
      const wait =
        seconds(drive.advertised, 'webhook_timeout_seconds') + FIRST_RETRY(drive.advertised) * 1.2
      const never = Promise.withResolvers<{ readonly status: number }>()
      const { webhooks } = await come(drive, 'client', (number) =>
        number === 1 ? { hold: never.promise } : { status: 204 },
      )
      await webhooks.first(2, drive.patienceMs + wait * 1000)
    },
    control: seenAttempts('client', 1),
    judge: attempted('client', 2),
    killedBy: ['takes-silence-for-success'],
  },
  {
    id: 'webhook.schedule.ends',
    proves: 'webhook.schedule.given-up',
    needs: ['webhooks'],
    waitSeconds: wholeSchedule,
    drive: async (drive) => {
      const { goOn } = await exhaust(drive)
      const { webhooks } = await come(drive, 'neighbour', () => ({ status: 204 }))
      await webhooks.event('connected')
      await goOn()
    },
    control: all(reported('neighbour', 'connected'), reported('client', 'connected')),
    judge: scheduleEnded('client'),
    killedBy: ['never-gives-up'],
  },
  {
    id: 'webhook.change-after-giving-up.reported',
    proves: 'webhook.schedule.resumed',
    needs: ['webhooks'],
    waitSeconds: wholeSchedule,
    drive: async (drive) => {
      const { goOn } = await exhaust(drive)
      await goOn()
    },
    control: reported('client', 'connected'),
    judge: reportedAfterFence('client'),
    killedBy: ['stays-silent-after-giving-up'],
  },
]
