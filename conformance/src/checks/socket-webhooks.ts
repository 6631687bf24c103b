/** Checks of the chapter socket, section webhooks of sockets: the requests, their number in flight, and started. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { holdBack } from '../drive/holding.ts'
import { answering, say } from '../drive/socket-life.ts'
import type { Replying, Webhooks } from '../drive/webhooks.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { closedAgain } from '../judges/socket-closed.ts'
import { heard } from '../judges/socket-messages.ts'
import {
  aboveOwnFloor,
  boundedBy,
  datedAsHappened,
  epochsFollow,
  floorAbove,
  namedAlike,
  nothingCame,
  ownIds,
  sentAsSocketForm,
} from '../judges/socket-webhooks.ts'
import { signed, timestampedByAttempt } from '../judges/webhook.ts'
import { DELICATE_TEXTS } from './socket-texts.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const SILENCE_AND_RETRY = waitFor('webhook_timeout_seconds', {
  list: 'webhook_retry_seconds',
  entries: 1,
})
/** Seconds between two events whose times are compared: far more than clocks differ, however fast the machine is. */
const TOLD_APART = 0.05
const REDIRECTS = [301, 302, 303, 307, 308] as const

/** A socket with a path and texts that a form has to encode, until its page has said goodbye. */
async function liveDelicately(drive: Drive, as: string): Promise<void> {
  const path = drive.sockets.path('/ &=+%;"<é/고객 😀')
  const { page, webhooks } = await drive.sockets.connect(as, path)
  for (const text of DELICATE_TEXTS) page.send(text)
  await webhooks.first(1 + DELICATE_TEXTS.length)
  page.close(1000, 'ü & "=+%')
  await webhooks.event('closed')
}

/** Answers this event with redirects to a place of its own, whose visitors are watched as `behind ...`. */
function redirecting(drive: Drive, as: string, event: string, status: number): Replying {
  const place = `/redirected-${drive.clientId()}`
  drive.allWebhooks(`behind ${as}`, ({ path }) => path.endsWith(place))
  let isFirst = true
  return ({ fields, headers, path }) => {
    if (fields.event !== event || !isFirst) return { status: 204 }
    isFirst = false
    const base = path.slice(0, Math.max(0, path.indexOf('/_ah/')))
    return { status, headers: { location: `http://${headers.host}${base}${place}` } }
  }
}

/** Opens a socket at a service that the check started, and waits for its handshake. */
async function openOnce(
  { drive, webhooks }: { readonly drive: Drive; readonly webhooks: Webhooks },
  as: string,
): Promise<void> {
  const { url } = await drive.sockets.mint(as)
  await drive.sockets.open(as, url)
  await webhooks.event('handshake')
}

const redirected = (event: string): readonly string[] =>
  REDIRECTS.map((status) => `${event} ${status}`)

/** In the order of the chapter. */
export const SOCKET_WEBHOOK_CHECKS: readonly Check[] = [
  {
    id: 'socket.webhooks.formed',
    proves: 'socket.webhook.form',
    needs: ['webhooks'],
    drive: (drive) => liveDelicately(drive, 'page'),
    control: all(heard('page', 'message'), heard('page', 'closed')),
    judge: all(sentAsSocketForm('page'), namedAlike('page')),
    killedBy: [
      'sends-socket-forms-as-text',
      'sends-blanks-in-socket-forms',
      'says-closed-without-from',
      'says-closed-without-time',
      'sends-messages-without-epoch',
      'makes-epoch-per-webhook',
      'makes-short-socket-ids',
    ],
  },
  {
    id: 'socket.events.dated',
    proves: 'socket.webhook.form',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { page, webhooks } = await drive.sockets.connect('page')
      await drive.pass(TOLD_APART)
      page.send('hello')
      await webhooks.event('message')
      await drive.pass(TOLD_APART)
      page.close(1000)
      await webhooks.event('closed')
      await say(drive, 'later', [])
    },
    control: all(heard('page', 'message'), heard('page', 'closed'), heard('later', 'handshake')),
    judge: all(datedAsHappened('page'), epochsFollow('page', 'later')),
    killedBy: [
      'dates-sockets-by-their-opening',
      'counts-epochs-of-sockets-in-seconds',
      'says-closed-without-time',
    ],
  },
  {
    id: 'socket.webhooks.signed',
    proves: 'socket.webhook.signed',
    needs: ['webhooks'],
    waitSeconds: SILENCE_AND_RETRY,
    drive: async (drive) => {
      // Long enough for the repeat to have a timestamp of its own.
      const holding = holdBack(drive)
      const [page, other] = await Promise.all([
        say(drive, 'page', ['hello', 'hello', 'é'], answering('closed', holding.reply)),
        say(drive, 'other', ['hello']),
      ])
      page.page.close(1000, 'é')
      other.page.close(1000, 'é')
      const wait = SILENCE_AND_RETRY(drive.advertised) * 1200
      await page.webhooks.first(6, drive.patienceMs + wait)
      await other.webhooks.event('closed')
      holding.release()
    },
    control: all(heard('page', 'message', 3), closedAgain('page'), heard('other', 'closed')),
    judge: all(signed('page'), timestampedByAttempt('page'), ownIds('page', 'other')),
    killedBy: [
      'signs-handshakes-only',
      'signs-sockets-with-first-secret-only',
      'signs-decoded-forms-of-sockets',
      'shares-id-among-messages',
      'shares-id-among-events-of-socket',
      'stamps-sockets-in-milliseconds',
      'stamps-repeats-of-closed-alike',
    ],
  },
  {
    id: 'socket.redirect.not-followed',
    proves: 'socket.webhook.redirect',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const patienceMs = drive.patienceMs + FIRST_RETRY(drive.advertised) * 1200
      await Promise.all(
        REDIRECTS.flatMap((status) => [
          (async () => {
            const as = `handshake ${status}`
            const replying = redirecting(drive, as, 'handshake', status)
            const { page } = await drive.sockets.connect(as, undefined, { replying })
            await page.ended()
          })(),
          (async () => {
            const as = `message ${status}`
            const replying = redirecting(drive, as, 'message', status)
            await say(drive, as, ['first', 'second'], replying)
          })(),
          (async () => {
            const as = `closed ${status}`
            const replying = redirecting(drive, as, 'closed', status)
            const { page, webhooks } = await drive.sockets.connect(as, undefined, { replying })
            page.close(1000)
            await webhooks.first(3, patienceMs)
          })(),
        ]),
      )
    },
    control: all(
      ...redirected('handshake').map((as) => closed(as, 'forbidden')),
      ...redirected('message').map((as) => heard(as, 'message', 2)),
      ...redirected('closed').map(closedAgain),
    ),
    judge: all(
      ...['handshake', 'message', 'closed']
        .flatMap(redirected)
        .map((as) => nothingCame(`behind ${as}`)),
    ),
    killedBy: ['visits-redirects-of-sockets'],
  },
  {
    id: 'socket.webhooks.bounded',
    proves: 'socket.webhook.concurrency',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds'),
    alone: ['sockets'],
    drive: async (drive) => {
      const most = drive.advertised.limits.socket_concurrency ?? 1
      const early = Math.ceil(most / 2) + 3
      const late = most + 6 - early
      const holding = holdBack(drive)
      let isHolding = false
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('target', path)
      const target = drive.sockets.webhooks('target', path, () =>
        isHolding ? holding.reply : { status: 204 },
      )
      const open = (): Promise<Awaited<ReturnType<typeof drive.sockets.open>>> =>
        drive.sockets.open('page', url)
      const pages = await Promise.all(Array.from({ length: early }, open))
      await target.first(early)
      isHolding = true
      for (const [at, page] of pages.entries()) {
        if (at % 2 === 0) page.send('hello')
        else page.close(1000)
      }
      const opening = Promise.all(Array.from({ length: late }, open))
      const timeoutMs = waitFor('webhook_timeout_seconds')(drive.advertised) * 1000
      await target.first(early + most + 1, timeoutMs * 0.6)
      holding.release()
      await opening
      await target.first(early + early + late)
    },
    control: all(heard('target', 'message'), heard('target', 'closed')),
    judge: boundedBy('target', 'socket_concurrency'),
    killedBy: ['ignores-socket-concurrency', 'attempts-one-too-many-for-sockets'],
  },
  {
    id: 'socket.start.reported',
    proves: 'socket.started.reported',
    needs: ['webhooks', 'exec'],
    drive: async (drive) => {
      const earlier = await drive.launch('earlier')
      await openOnce(earlier, 'before')
      await earlier.stop()
      const later = await drive.launch('later')
      await later.webhooks.event('started')
      await openOnce(later, 'after')
    },
    control: all(heard('earlier', 'handshake'), heard('later', 'handshake')),
    judge: all(floorAbove('later', 'earlier'), aboveOwnFloor('later')),
    killedBy: [
      'never-says-started',
      'starts-with-low-floor',
      'counts-epochs-of-sockets-in-seconds',
    ],
  },
]
