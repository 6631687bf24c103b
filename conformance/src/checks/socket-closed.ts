/** Checks of the chapter socket, section closed: the last word about a socket. */

import { type Check, waitFor } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { holdBack } from '../drive/holding.ts'
import { openRawPage } from '../drive/raw-page.ts'
import type { Reply } from '../drive/receiver.ts'
import { answering, liveOnce, say } from '../drive/socket-life.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  closedAgain,
  closedRepeated,
  neverToldClosed,
  toldClosed,
  toldLast,
} from '../judges/socket-closed.ts'
import { heard } from '../judges/socket-messages.ts'
import { abandon, LEAVING, SERVICE_ENDS } from './socket-endings.ts'
import { numbered } from './socket-texts.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const TIMEOUT = waitFor('webhook_timeout_seconds')
const REPEATS = 3
const FEW = numbered(3)
const WELL: Reply = { status: 204 }
const GOODBYE = makeFrame(8, Buffer.concat([Buffer.from([0x03, 0xe8]), Buffer.from('bye')]))

const REFUSING = [302, 400, 403, 404, 500, 503] as const
const UNWELL: Readonly<Record<string, Reply>> = {
  'answered 500': { status: 500 },
  'answered 302': { status: 302, headers: { location: '/elsewhere' } },
  'answered 403': { status: 403 },
  'not answered': 'drop',
}
const UNWANTED = [404, 410, 501] as const

/** In the order of the chapter. */
export const SOCKET_CLOSED_CHECKS: readonly Check[] = [
  {
    id: 'socket.end.reported',
    proves: 'socket.closed.sent',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const leave = async (as: string): Promise<void> => {
        const { page, webhooks } = await say(drive, as, ['hello'])
        LEAVING[as]?.leave(page)
        await webhooks.event('closed')
      }
      await Promise.all([
        ...Object.keys(LEAVING).map(leave),
        ...Object.entries(SERVICE_ENDS).map(async ([as, end]) => {
          const { page, webhooks } = await end(drive, as)
          await page.ended()
          await webhooks.event('closed')
        }),
      ])
      await drive.pass(FIRST_RETRY(drive.advertised) * 1.3)
      await liveOnce(drive, 'other')
    },
    control: all(
      ...[...Object.keys(LEAVING), ...Object.keys(SERVICE_ENDS)].map((as) =>
        heard(as, 'handshake'),
      ),
    ),
    judge: all(
      ...[...Object.keys(LEAVING), ...Object.keys(SERVICE_ENDS)].map((as) => toldClosed(as)),
    ),
    killedBy: [
      'forgets-closed-after-loss',
      'forgets-closed-after-bad-messages',
      'forgets-closed-after-empty-goodbye',
      'says-closed-twice',
    ],
  },
  {
    id: 'socket.abandoned.reported',
    proves: 'socket.closed.sent',
    needs: ['webhooks'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const sockets = await Promise.all(
        Object.entries(LEAVING).map(([as, { leave }]) => abandon(drive, as, holding.reply, leave)),
      )
      await liveOnce(drive, 'other')
      holding.release()
      await Promise.all(sockets.map(({ webhooks }) => webhooks.event('closed')))
      await liveOnce(drive, 'another')
    },
    control: heard('another', 'closed'),
    judge: all(...Object.keys(LEAVING).map((as) => toldClosed(as))),
    killedBy: [
      'forgets-closed-after-loss',
      'forgets-closed-after-empty-goodbye',
      'says-closed-twice',
    ],
  },
  {
    id: 'socket.unanswered-handshake.reported',
    proves: 'socket.closed.sent',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const patienceMs = drive.patienceMs + 4000 * TIMEOUT(drive.advertised)
      const stay = (): void => {}
      const sockets = await Promise.all([
        abandon(drive, 'silent', holding.reply, stay),
        abandon(drive, 'dropped', 'drop', stay),
        abandon(drive, 'silent and left', holding.reply, (page) => page.close(1000)),
        abandon(drive, 'silent and lost', holding.reply, (page) => page.drop()),
      ])
      await Promise.all(
        sockets.map(({ webhooks }) => webhooks.event('closed', undefined, patienceMs)),
      )
      await liveOnce(drive, 'other')
      holding.release()
    },
    control: heard('other', 'closed'),
    judge: all(
      toldClosed('silent'),
      toldClosed('dropped'),
      toldClosed('silent and left'),
      toldClosed('silent and lost'),
    ),
    killedBy: ['forgets-closed-without-answer', 'says-closed-twice'],
  },
  {
    id: 'socket.closed.last-of-all',
    proves: 'socket.closed.last',
    needs: ['webhooks'],
    drive: async (drive) => {
      const texts = FEW.map((text) => makeFrame(1, text))
      const leave = async (as: string, behind: Buffer, status = 204): Promise<void> => {
        const [first, last] = [holdBack(drive), holdBack(drive)]
        const replying = answering('message', first.reply, WELL, last.reply)
        const { raw, webhooks } = await openRawPage(drive, as, replying)
        raw.write(Buffer.concat([...texts, behind]), 'three texts and what is behind them')
        await webhooks.event('message')
        await liveOnce(drive, `beside ${as}`)
        first.release(status)
        await Promise.race([webhooks.first(4), webhooks.event('closed')])
        await liveOnce(drive, `beside ${as}`)
        last.release()
        await webhooks.event('closed')
        await liveOnce(drive, `after ${as}`)
        raw.drop()
      }
      const abandoned = async (): Promise<void> => {
        const holding = holdBack(drive)
        const socket = await abandon(drive, 'abandoned', holding.reply, (page) => {
          page.send('hello')
          page.close(1000)
        })
        await liveOnce(drive, 'beside abandoned')
        holding.release()
        await socket.webhooks.event('closed')
        await liveOnce(drive, 'after abandoned')
      }
      await Promise.all([
        leave('leaving', GOODBYE),
        leave('binary', makeFrame(2, 'hello')),
        leave('failing', GOODBYE, 500),
        abandoned(),
      ])
    },
    control: all(
      ...['leaving', 'binary', 'failing'].map((as) => heard(as, 'message')),
      heard('after abandoned', 'closed'),
    ),
    judge: all(...['leaving', 'binary', 'failing', 'abandoned'].map((as) => toldLast(as))),
    killedBy: ['says-closed-before-last-answer', 'says-closed-at-once'],
  },
  {
    id: 'socket.refused.without-closed',
    proves: 'socket.closed.silent',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const holding = holdBack(drive)
      await Promise.all(
        REFUSING.map(async (status) => {
          const { page } = await drive.sockets.connect(`answered ${status}`, undefined, {
            replying: answering('handshake', { status }),
          })
          await page.ended()
        }),
      )
      await Promise.all([
        abandon(drive, 'left', holding.reply, (page) => page.close(1000)),
        abandon(drive, 'lost', holding.reply, (page) => page.drop()),
      ])
      await liveOnce(drive, 'other')
      holding.release(403)
      await drive.pass(FIRST_RETRY(drive.advertised) * 0.5)
      await liveOnce(drive, 'another')
    },
    control: all(
      heard('another', 'closed'),
      ...REFUSING.map((status) => closed(`answered ${status}`, 'forbidden')),
    ),
    judge: all(
      ...REFUSING.map((status) => neverToldClosed(`answered ${status}`)),
      neverToldClosed('left'),
      neverToldClosed('lost'),
    ),
    killedBy: ['says-closed-after-refusal'],
  },
  {
    id: 'socket.failed-closed.repeated',
    proves: 'socket.closed.retried',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds', {
      list: 'webhook_retry_seconds',
      entries: REPEATS,
    }),
    drive: async (drive) => {
      const holding = holdBack(drive)
      const wait = waitFor({ list: 'webhook_retry_seconds', entries: REPEATS })(drive.advertised)
      const patienceMs = drive.patienceMs + (wait * 1.2 + TIMEOUT(drive.advertised)) * 1000
      const end = async (as: string, ...replies: Reply[]): Promise<void> => {
        const socket = await drive.sockets.connect(as, undefined, {
          replying: answering('closed', ...replies),
        })
        socket.page.close(1000)
        await socket.webhooks.first(2 + replies.length, patienceMs)
      }
      await Promise.all([
        ...Object.entries(UNWELL).map(([as, reply]) => end(as, ...Array(REPEATS).fill(reply))),
        end('silent', holding.reply),
        end('once', { status: 500 }),
      ])
      holding.release()
      await drive.pass(FIRST_RETRY(drive.advertised) * 1.3)
      await liveOnce(drive, 'other')
    },
    control: all(...[...Object.keys(UNWELL), 'silent', 'once'].map((as) => heard(as, 'closed'))),
    judge: all(
      ...Object.keys(UNWELL).map((as) =>
        all(closedRepeated(as, REPEATS), toldClosed(as, REPEATS + 1)),
      ),
      closedRepeated('silent', 1),
      all(closedRepeated('once', 1), toldClosed('once', 2)),
    ),
    killedBy: [
      'never-repeats-closed',
      'repeats-closed-with-another-id',
      'restamps-repeats-of-closed',
      'repeats-closed-too-soon',
      'gives-closed-up-after-two-attempts',
      'takes-silence-for-closed-answered',
      'takes-403-for-closed-answered',
      'takes-redirect-for-closed-answered',
      'repeats-closed-after-success',
    ],
  },
  {
    id: 'socket.unwanted-closed.not-repeated',
    proves: 'socket.closed.optional',
    needs: ['webhooks'],
    waitSeconds: FIRST_RETRY,
    drive: async (drive) => {
      const end = async (as: string, status: number, attempts: number): Promise<void> => {
        const socket = await drive.sockets.connect(as, undefined, {
          replying: answering('closed', { status }),
        })
        socket.page.close(1000)
        const wait = FIRST_RETRY(drive.advertised) * 1200
        await socket.webhooks.first(1 + attempts, drive.patienceMs + wait)
      }
      await Promise.all(UNWANTED.map((status) => end(`answered ${status}`, status, 1)))
      await end('control', 500, 2)
      await drive.pass(FIRST_RETRY(drive.advertised) * 0.4)
      await liveOnce(drive, 'other')
    },
    control: all(
      closedAgain('control'),
      ...UNWANTED.map((status) => heard(`answered ${status}`, 'closed')),
    ),
    judge: all(...UNWANTED.map((status) => toldClosed(`answered ${status}`))),
    killedBy: ['repeats-unwanted-closed', 'repeats-closed-after-501'],
  },
]
