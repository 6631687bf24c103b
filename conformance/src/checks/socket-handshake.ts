/** Checks of the chapter socket, section handshake: how the application's answer decides about a socket. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { holdBack } from '../drive/holding.ts'
import type { PageSocket } from '../drive/page-sockets.ts'
import type { Reply } from '../drive/receiver.ts'
import type { Replying, Webhooks } from '../drive/webhooks.ts'
import { closed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import {
  closedAfterHandshake,
  idsUnique,
  messagesWaited,
  noMessages,
  notFollowed,
  shook,
  shookOnce,
} from '../judges/socket-handshake.ts'
import { alive } from '../judges/socket-opening.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

const ACCEPTING = [200, 201, 202, 204, 299] as const
const REFUSING = [300, 304, 400, 401, 403, 404, 409, 410, 429, 500, 501, 503] as const
const REDIRECTING = [301, 302, 303, 307, 308] as const
/** Times the first wait of the schedule in which a handshake that is repeated by it has come again. */
const LONGER = 2
/** Part of the time in which a webhook is answered that a slow application takes. */
const SLOWLY = 0.5
const WORDS = ['one', 'two', 'three'] as const

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })

interface Opened {
  readonly page: PageSocket
  readonly webhooks: Webhooks
}

/** Opens a socket whose webhooks are answered by `replying`, and waits until the first of them has come. */
async function open(drive: Drive, as: string, replying: Replying): Promise<Opened> {
  const path = drive.sockets.path()
  const { url } = await drive.sockets.mint(as, path)
  const webhooks = drive.sockets.webhooks(as, path, replying)
  const page = await drive.sockets.open(as, url)
  await webhooks.event('handshake')
  return { page, webhooks }
}

/** Answers the handshake by `reply` and everything else with 204. */
function shaking(reply: Reply): Replying {
  return ({ fields }) => (fields.event === 'handshake' ? reply : { status: 204 })
}

/** A socket that is accepted at once and answers a Ping, as role `control`. */
async function openControl(drive: Drive): Promise<Opened> {
  const opened = await open(drive, 'control', shaking({ status: 204 }))
  await opened.page.ping()
  return opened
}

function timeoutMs(drive: Drive): number {
  return latestSeconds(drive.advertised, 'webhook_timeout_seconds') * 1000
}

/** Lets a page speak before the application has answered its handshake with `reply`, which it does late. */
async function speakEarly(drive: Drive, as: string, status: number): Promise<Opened> {
  const holding = holdBack(drive)
  const opened = await open(drive, as, shaking(holding.reply))
  for (const word of WORDS) opened.page.send(word)
  await drive.pass(seconds(drive.advertised, 'webhook_timeout_seconds') * 0.25)
  holding.release(status)
  return opened
}

/** In the order of the chapter. */
export const SOCKET_HANDSHAKE_CHECKS: readonly Check[] = [
  {
    id: 'socket.handshake.once',
    proves: 'socket.handshake.sent',
    needs: ['webhooks'],
    waitSeconds: (advertised) =>
      FIRST_RETRY(advertised) * LONGER + seconds(advertised, 'webhook_timeout_seconds'),
    drive: async (drive) => {
      const holding = holdBack(drive)
      const accepted = await open(drive, 'accepted', shaking({ status: 204 }))
      const dropped = await open(drive, 'dropped', shaking('drop'))
      await open(drive, 'refused', shaking({ status: 403 }))
      await open(drive, 'failed', shaking({ status: 500 }))
      await open(drive, 'unwell', shaking({ status: 503, headers: { 'retry-after': '0' } }))
      const silent = await open(drive, 'silent', shaking(holding.reply))
      await dropped.webhooks.event('closed')
      await silent.webhooks.event('closed', undefined, timeoutMs(drive) + drive.patienceMs)
      await drive.pass(FIRST_RETRY(drive.advertised) * LONGER)
      accepted.page.close(1000)
      await accepted.webhooks.event('closed')
      await open(drive, 'fence', shaking({ status: 204 }))
      holding.release()
    },
    judge: each(
      ['accepted', 'dropped', 'refused', 'failed', 'unwell', 'silent', 'fence'],
      shookOnce,
    ),
    killedBy: [
      'repeats-failed-handshakes',
      'repeats-broken-handshakes',
      'repeats-silent-handshakes',
      'repeats-refused-handshakes',
    ],
  },
  {
    id: 'socket.ids.unique',
    proves: 'socket.id.unique',
    needs: ['webhooks'],
    drive: async (drive) => {
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('URL', path)
      const together = drive.sockets.webhooks('together', path)
      await Promise.all(Array.from({ length: 8 }, () => drive.sockets.open('page', url)))
      await together.first(8)
      // The name of one that is gone is not given to another.
      for (let turn = 0; turn < 4; turn += 1) {
        const { page, webhooks } = await open(drive, 'in turn', shaking({ status: 204 }))
        page.close(1000)
        await webhooks.event('closed')
      }
    },
    judge: idsUnique(12, 'together', 'in turn'),
    killedBy: ['names-sockets-by-path', 'makes-short-socket-ids'],
  },
  {
    id: 'socket.restart.renamed',
    proves: 'socket.id.unique',
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      for (const as of ['before', 'after']) {
        const instance = await drive.launch('service')
        instance.webhooks.forget()
        for (let count = 0; count < 3; count += 1) {
          await open(instance.drive, as, shaking({ status: 204 }))
        }
        await instance.stop()
      }
    },
    judge: idsUnique(6, 'before', 'after'),
    killedBy: ['counts-socket-ids', 'makes-short-socket-ids'],
  },
  {
    id: 'socket.refusing-handler.closed',
    proves: 'socket.handshake.refused',
    needs: ['webhooks'],
    drive: async (drive) => {
      for (const status of ACCEPTING) {
        const { page } = await open(drive, String(status), shaking({ status }))
        await page.ping()
      }
      for (const status of REFUSING) {
        const { page } = await open(drive, String(status), shaking({ status }))
        await page.ended()
      }
    },
    control: each(ACCEPTING, alive),
    judge: each(REFUSING, (as) => closed(as, 'forbidden')),
    killedBy: [
      'accepts-handshakes-below-400',
      'accepts-handshakes-answered-404',
      'takes-server-errors-for-silence',
      'refuses-sockets-with-another-code',
    ],
  },
  {
    id: 'socket.accepting-handler.opened',
    proves: 'socket.handshake.refused',
    needs: ['webhooks'],
    drive: async (drive) => {
      const refused = await open(drive, 'control', shaking({ status: 403 }))
      await refused.page.ended()
      for (const status of ACCEPTING) {
        const { page } = await open(drive, String(status), shaking({ status, body: 'no' }))
        await page.ping()
      }
    },
    control: closed('control', 'forbidden'),
    judge: each(ACCEPTING, alive),
    killedBy: ['accepts-200-and-204-alone'],
  },
  {
    id: 'socket.redirecting-handler.closed',
    proves: 'socket.handshake.refused',
    needs: ['webhooks'],
    drive: async (drive) => {
      await openControl(drive)
      const elsewhere = drive.sockets.path()
      // Watched first: what follows a redirect may still have the old path in its form.
      drive.sockets.webhooks('elsewhere', elsewhere)
      for (const status of REDIRECTING) {
        const { page } = await open(drive, String(status), ({ path, headers }) => {
          const target = path.slice(0, path.lastIndexOf('/') + 1)
          return {
            status,
            headers: { location: `http://${headers.host}${target}${elsewhere}` },
          }
        })
        await page.ended()
      }
    },
    control: alive('control'),
    judge: all(
      notFollowed('elsewhere'),
      each(REDIRECTING, (as) => closed(as, 'forbidden')),
    ),
    killedBy: [
      'follows-redirects-of-handshakes',
      'accepts-handshakes-below-400',
      'refuses-sockets-with-another-code',
    ],
  },
  {
    id: 'socket.dropped-handshake.closed',
    proves: 'socket.handshake.unavailable',
    needs: ['webhooks'],
    drive: async (drive) => {
      await openControl(drive)
      const { page } = await open(drive, 'defect', shaking('drop'))
      await page.ended()
    },
    control: alive('control'),
    judge: closed('defect', 'application-unavailable'),
    killedBy: ['refuses-unanswered-handshakes', 'accepts-unanswered-handshakes'],
  },
  {
    id: 'socket.unanswered-handshake.closed',
    proves: 'socket.handshake.unavailable',
    needs: ['webhooks'],
    waitSeconds: latestOf('webhook_timeout_seconds'),
    drive: async (drive) => {
      await openControl(drive)
      const holding = holdBack(drive)
      const { page } = await open(drive, 'defect', shaking(holding.reply))
      await page.ended(timeoutMs(drive) + drive.patienceMs)
      holding.release()
    },
    control: alive('control'),
    judge: all(closed('defect', 'application-unavailable'), closedAfterHandshake('defect')),
    killedBy: [
      'refuses-unanswered-handshakes',
      'accepts-unanswered-handshakes',
      'waits-long-for-handshakes',
    ],
  },
  {
    id: 'socket.slow-handler.opened',
    proves: 'socket.handshake.unavailable',
    needs: ['webhooks'],
    waitSeconds: (advertised) => seconds(advertised, 'webhook_timeout_seconds') * SLOWLY,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { page } = await open(drive, 'page', shaking(holding.reply))
      await drive.pass(seconds(drive.advertised, 'webhook_timeout_seconds') * SLOWLY)
      holding.release()
      await page.ping()
    },
    control: shook('page'),
    judge: alive('page'),
    killedBy: ['gives-handshakes-up-early'],
  },
  {
    id: 'socket.eager-page.waits',
    proves: 'socket.handshake.blocks',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds'),
    drive: async (drive) => {
      const { webhooks } = await speakEarly(drive, 'page', 204)
      await webhooks.event('message', ({ fields }) => fields.body === WORDS.at(-1))
    },
    control: shook('page'),
    judge: messagesWaited('page'),
    killedBy: ['sends-messages-before-the-handshake-is-answered'],
  },
  {
    id: 'socket.refused-page.unheard',
    proves: 'socket.handshake.blocks',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds'),
    drive: async (drive) => {
      const refused = await speakEarly(drive, 'refused', 403)
      const dropped = await open(drive, 'dropped', shaking('drop'))
      for (const word of WORDS) dropped.page.send(word)
      await Promise.all([refused.page.ended(), dropped.page.ended()])
      await dropped.webhooks.event('closed')
      const fence = await openControl(drive)
      fence.page.send('hello')
      await fence.webhooks.event('message')
    },
    control: all(shook('refused'), shook('dropped'), alive('control')),
    judge: each(['refused', 'dropped'], noMessages),
    killedBy: ['sends-messages-before-the-handshake-is-answered', 'accepts-unanswered-handshakes'],
  },
]
