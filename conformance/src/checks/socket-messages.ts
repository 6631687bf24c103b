/** Checks of the chapter socket, section messages: what the page says reaches the application, in order and once. */

import { type Check, waitFor } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { type Holding, holdBack } from '../drive/holding.ts'
import { openRawPage } from '../drive/raw-page.ts'
import type { Reply } from '../drive/receiver.ts'
import { answering, liveOnce, say, sayWhileHeld } from '../drive/socket-life.ts'
import type { Replying } from '../drive/webhooks.ts'
import { closedSaying } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  attemptedOnceEach,
  closedBeforeRelease,
  closedInTime,
  forwarded,
  gotText,
  heard,
  inSendingOrder,
  oneAtATime,
  stayedOpen,
} from '../judges/socket-messages.ts'
import { DELICATE_TEXTS, LONGEST_TEXTS, numbered } from './socket-texts.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const TIMEOUT = waitFor('webhook_timeout_seconds')
const MANY = numbered(25)
const FEW = numbered(3)
const PAIR = numbered(2)
const GOODBYE = Buffer.from([0x03, 0xe8])
/** Sent in a fragment for each letter. */
const SLICED = 'a text '.repeat(20)

/** Statuses below 500 that a careless service takes for trouble, and the headers that go with them. */
const CONSUMING: readonly Reply[] = [
  { status: 200, body: 'hello' },
  { status: 202 },
  { status: 302, headers: { location: '/elsewhere' } },
  { status: 304 },
  { status: 400 },
  { status: 401, headers: { 'www-authenticate': 'Bearer' } },
  { status: 404 },
  { status: 408 },
  { status: 410 },
  { status: 413 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 499 },
]
const CONSUMED_TEXTS = numbered(CONSUMING.length)

/** Answers after which a socket is closed. */
const FAILING: Readonly<Record<string, Reply>> = {
  'answered 500': { status: 500 },
  'answered 501': { status: 501 },
  'answered 503': { status: 503, headers: { 'retry-after': '1' } },
  'answered 599': { status: 599 },
  'not answered': 'drop',
}

/** In the order of the chapter. */
export const SOCKET_MESSAGE_CHECKS: readonly Check[] = [
  {
    id: 'socket.text.forwarded',
    proves: 'socket.message.sent',
    needs: ['webhooks'],
    drive: async (drive) => {
      await say(drive, 'page', DELICATE_TEXTS)
    },
    control: heard('page', 'handshake'),
    judge: forwarded('page', DELICATE_TEXTS),
    killedBy: [
      'trims-texts-of-pages',
      'drops-empty-texts-of-pages',
      'drops-repeated-texts-of-pages',
      'breaks-lines-of-texts-anew',
      'composes-texts-of-pages',
      'reads-plus-signs-of-texts-as-blanks',
    ],
  },
  {
    id: 'socket.long-text.forwarded',
    proves: 'socket.message.sent',
    needs: ['webhooks'],
    drive: async (drive) => {
      await say(drive, 'page', LONGEST_TEXTS(drive.advertised))
    },
    control: heard('page', 'handshake'),
    judge: forwarded('page', LONGEST_TEXTS),
    killedBy: ['cuts-long-texts-of-pages'],
  },
  {
    id: 'socket.fragments.joined',
    proves: 'socket.message.sent',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { raw, webhooks } = await openRawPage(drive, 'page')
      const frames = [
        makeFrame(1, ' a text ', { isFinal: false }),
        makeFrame(9, 'between'),
        makeFrame(0, Buffer.from('in 조각').subarray(0, 4), { isFinal: false }),
        makeFrame(0, Buffer.from('in 조각').subarray(4)),
      ]
      for (const frame of frames) raw.write(frame, 'a fragment, or a Ping between two')
      const pieces = SLICED.split('').map((piece) => makeFrame(0, piece, { isFinal: false }))
      const sliced = [makeFrame(1, '', { isFinal: false }), ...pieces, makeFrame(0, '')]
      raw.write(Buffer.concat(sliced), `${sliced.length} fragments`)
      await webhooks.first(3)
      raw.drop()
    },
    control: heard('page', 'handshake'),
    judge: forwarded('page', [' a text in 조각', SLICED]),
    killedBy: ['trims-texts-of-pages', 'joins-few-fragments'],
  },
  {
    id: 'socket.early-text.forwarded',
    proves: 'socket.message.sent',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const { webhooks, holding } = await sayWhileHeld(drive, 'page', 'handshake', FEW)
      await drive.pass(TIMEOUT(drive.advertised) * 0.25)
      holding.release()
      await webhooks.first(1 + FEW.length)
    },
    control: heard('page', 'handshake'),
    judge: all(forwarded('page', FEW), inSendingOrder('page', FEW)),
    killedBy: ['forgets-early-texts-of-pages'],
  },
  {
    id: 'socket.messages.in-order',
    proves: 'socket.message.order',
    needs: ['webhooks'],
    drive: async (drive) => {
      const slow = (): { first: Holding; later: Holding; replying: Replying } => {
        const [first, later] = [holdBack(drive), holdBack(drive)]
        const between: Reply[] = Array(7).fill({ status: 204 })
        return {
          first,
          later,
          replying: answering('message', first.reply, ...between, later.reply),
        }
      }
      const [one, other] = [slow(), slow()]
      const { page, webhooks } = await drive.sockets.connect('page', undefined, one)
      const burst = await openRawPage(drive, 'burst', other.replying)
      for (const text of MANY) page.send(text)
      burst.raw.write(Buffer.concat(MANY.map((text) => makeFrame(1, text))), 'texts in one piece')
      await Promise.all([webhooks.first(2), burst.webhooks.first(2)])
      await liveOnce(drive, 'between')
      one.first.release()
      other.first.release()
      await Promise.all([webhooks.first(10), burst.webhooks.first(10)])
      await liveOnce(drive, 'between')
      one.later.release()
      other.later.release()
      const all = 1 + MANY.length
      await Promise.all([webhooks.first(all), burst.webhooks.first(all)])
      burst.raw.drop()
    },
    control: all(
      heard('page', 'message', MANY.length),
      heard('burst', 'message', MANY.length),
      heard('between', 'message', 2),
    ),
    judge: all(...['page', 'burst'].map((as) => all(oneAtATime(as), inSendingOrder(as, MANY)))),
    killedBy: ['sends-messages-side-by-side', 'sends-newest-message-first'],
  },
  {
    id: 'socket.last-messages.in-order',
    proves: 'socket.message.order',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const replying = answering('message', { status: 204 }, holding.reply)
      const { raw, webhooks } = await openRawPage(drive, 'page', replying)
      const frames = [...FEW.map((text) => makeFrame(1, text)), makeFrame(8, GOODBYE)]
      raw.write(Buffer.concat(frames), 'three texts and a Close')
      await webhooks.first(3)
      await drive.pass(TIMEOUT(drive.advertised) * 0.25)
      holding.release()
      await webhooks.event('closed')
      raw.drop()
    },
    control: all(heard('page', 'message', 2), heard('page', 'closed')),
    judge: all(oneAtATime('page'), inSendingOrder('page', FEW)),
    killedBy: ['hurries-after-goodbyes', 'sends-messages-side-by-side'],
  },
  {
    id: 'socket.failed-message.not-repeated',
    proves: 'socket.message.once',
    needs: ['webhooks'],
    waitSeconds: waitFor('webhook_timeout_seconds', { list: 'webhook_retry_seconds', entries: 1 }),
    drive: async (drive) => {
      const silence = holdBack(drive)
      const patienceMs = drive.patienceMs + TIMEOUT(drive.advertised) * 1000
      await Promise.all([
        ...Object.entries({ ...FAILING, silent: silence.reply }).map(async ([as, reply]) => {
          const { webhooks } = await say(drive, as, ['first'], answering('message', reply))
          await webhooks.event('closed', undefined, patienceMs)
        }),
        say(drive, 'page', CONSUMED_TEXTS, answering('message', ...CONSUMING)),
      ])
      await drive.pass(FIRST_RETRY(drive.advertised) * 1.3)
      await liveOnce(drive, 'other')
      silence.release()
    },
    control: all(
      ...[...Object.keys(FAILING), 'silent'].map((as) => heard(as, 'message')),
      heard('page', 'message'),
      heard('other', 'closed'),
    ),
    judge: all(...[...Object.keys(FAILING), 'silent', 'page'].map((as) => attemptedOnceEach(as))),
    killedBy: [
      'repeats-messages-after-5xx',
      'repeats-messages-after-429',
      'repeats-messages-after-broken-connection',
      'repeats-messages-after-silence',
    ],
  },
  {
    id: 'socket.refusing-handler.survived',
    proves: 'socket.message.consumed',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { page, id } = await say(
        drive,
        'page',
        CONSUMED_TEXTS,
        answering('message', ...CONSUMING),
      )
      page.send('last')
      await drive.sockets.send('application', id, 'still there')
      await page.texts(1)
    },
    control: heard('page', 'message'),
    judge: all(
      stayedOpen('page'),
      forwarded('page', CONSUMED_TEXTS),
      gotText('page', 'still there'),
    ),
    killedBy: ['closes-on-redirect', 'closes-on-404', 'closes-on-429', 'stops-after-4xx'],
  },
  {
    id: 'socket.slow-handler.awaited',
    proves: 'socket.message.consumed',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { page, webhooks } = await say(
        drive,
        'page',
        ['first'],
        answering('message', holding.reply),
      )
      page.send('second')
      await drive.pass(TIMEOUT(drive.advertised) * 0.6)
      holding.release()
      await webhooks.first(3)
    },
    control: heard('page', 'message'),
    judge: all(stayedOpen('page'), forwarded('page', ['first', 'second'])),
    killedBy: ['waits-half-as-long-for-messages'],
  },
  {
    id: 'socket.failing-handler.closes',
    proves: 'socket.message.unavailable',
    needs: ['webhooks'],
    drive: async (drive) => {
      // A page does not wait until its application has heard of its end.
      const holding = holdBack(drive)
      await Promise.all(
        Object.entries(FAILING).map(async ([as, reply]) => {
          const replies = answering('message', { status: 204 }, reply)
          const { page } = await say(drive, as, PAIR, (attempt, number) =>
            attempt.fields.event === 'closed' ? holding.reply : replies(attempt, number),
          )
          await page.ended()
        }),
      )
      holding.release()
    },
    control: all(...Object.keys(FAILING).map((as) => heard(as, 'message', 2))),
    judge: all(
      ...Object.keys(FAILING).map((as) =>
        all(closedSaying(as, 'application-unavailable'), closedBeforeRelease(as)),
      ),
    ),
    killedBy: [
      'closes-pages-after-telling',
      'keeps-socket-after-500',
      'keeps-socket-after-503',
      'keeps-socket-after-broken-connection',
      'repeats-messages-after-broken-connection',
    ],
  },
  {
    id: 'socket.silent-handler.closes',
    proves: 'socket.message.unavailable',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const replying = answering('message', { status: 204 }, holding.reply)
      const { page } = await say(drive, 'page', PAIR, replying)
      await page.ended(drive.patienceMs + TIMEOUT(drive.advertised) * 1000)
      holding.release()
    },
    control: heard('page', 'message', 2),
    judge: all(
      closedSaying('page', 'application-unavailable'),
      closedInTime('page', 'webhook_timeout_seconds'),
    ),
    killedBy: ['keeps-socket-after-silence', 'waits-longer-for-messages'],
  },
]
