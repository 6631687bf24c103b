/** Checks of the chapter socket: what happens at the end of a socket, in the moment in which something else happens. */

import { type Check, waitFor } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { holdBack } from '../drive/holding.ts'
import { openRawPage } from '../drive/raw-page.ts'
import { answering } from '../drive/socket-life.ts'
import { answeredClose } from '../judges/connection-takeover.ts'
import { all } from '../judges/finding.ts'
import { toldAsSeen, toldClosed } from '../judges/socket-closed.ts'
import { shook } from '../judges/socket-handshake.ts'
import { heard, stoppedAfterFailure, stoppedAtClose } from '../judges/socket-messages.ts'
import { declinedAfterClose } from '../judges/socket-sending.ts'
import { ended, hasPing } from '../judges/timer.ts'
import { latestOf } from '../timeline/latest.ts'
import { numbered } from './socket-texts.ts'

const TIMEOUT = waitFor('webhook_timeout_seconds')
const SILENCE = latestOf('heartbeat_seconds', 'pong_timeout_seconds')
/** Part of the time in which a webhook is answered that a service has for reading on. */
const A_WHILE = 0.25
const TEXTS = numbered(3).map((text) => makeFrame(1, text))
const GOODBYE = makeFrame(8, Buffer.from([0x03, 0xe8]))
const BAD = { binary: makeFrame(2, 'hello'), malformed: makeFrame(3, 'hello') } as const
const PAGE_CLOSES: Readonly<Record<string, number | undefined>> = {
  done: 1000,
  'going away': 1001,
  'own code': 4999,
  'no code': undefined,
}

/** In the order of the chapter. */
export const SOCKET_MOMENT_CHECKS: readonly Check[] = [
  {
    id: 'socket.failing-handler.heard-no-more',
    proves: 'socket.message.stopped',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { raw, webhooks } = await openRawPage(
        drive,
        'page',
        answering('message', { status: 500 }),
      )
      raw.write(Buffer.concat(TEXTS), 'three texts in one piece')
      await raw.closeFrame()
      await webhooks.event('closed')
      raw.drop()
    },
    control: all(heard('page', 'message'), heard('page', 'closed')),
    judge: stoppedAfterFailure('page'),
    killedBy: ['attempts-the-rest-after-failures', 'sends-messages-side-by-side'],
  },
  {
    id: 'socket.bad-message.heard-no-more',
    proves: 'socket.message.stopped',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      await Promise.all(
        Object.entries(BAD).map(async ([as, frame]) => {
          const holding = holdBack(drive)
          const replying = answering('message', holding.reply)
          const { raw, webhooks } = await openRawPage(drive, as, replying)
          raw.write(Buffer.concat([...TEXTS, frame]), `three texts and what is ${as}`)
          await webhooks.event('message')
          // A service that reads one message at a time closes later, and by right.
          await raw.closeFrame(TIMEOUT(drive.advertised) * A_WHILE * 1000)
          holding.release()
          await webhooks.event('closed')
          await raw.closeFrame()
          raw.drop()
        }),
      )
    },
    control: all(...Object.keys(BAD).map((as) => all(heard(as, 'message'), heard(as, 'closed')))),
    judge: all(...Object.keys(BAD).map(stoppedAtClose)),
    killedBy: ['attempts-the-rest-after-bad-messages', 'sends-messages-side-by-side'],
  },
  {
    id: 'socket.page-close.answered',
    proves: 'socket.close.answered',
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(PAGE_CLOSES).map(async ([as, code]) => {
          const { page } = await drive.sockets.connect(as)
          page.close(code)
          await page.ended()
        }),
      )
    },
    control: all(...Object.keys(PAGE_CLOSES).map(shook)),
    judge: all(...Object.entries(PAGE_CLOSES).map(([as, code]) => answeredClose(as, code))),
    killedBy: ['leaves-closes-of-pages-unanswered', 'answers-closes-of-pages-alike'],
  },
  {
    id: 'socket.lifeless.reported',
    proves: 'socket.closed.sent',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: SILENCE,
    drive: async (drive) => {
      const lifeless = async (): Promise<void> => {
        const { page, webhooks } = await drive.sockets.connect('lifeless', undefined, {
          answersPings: false,
        })
        await page.ended(SILENCE(drive.advertised) * 1000)
        await webhooks.event('closed')
      }
      const malformed = async (): Promise<void> => {
        const { raw, webhooks } = await openRawPage(drive, 'malformed')
        raw.write(BAD.malformed, 'a frame of no known kind')
        await raw.closeFrame()
        await webhooks.event('closed')
        raw.drop()
      }
      const notUtf8 = async (): Promise<void> => {
        const { raw, webhooks } = await openRawPage(drive, 'not UTF-8')
        raw.write(makeFrame(1, Buffer.from([0xc3, 0x28])), 'a text that is no UTF-8')
        await raw.closeFrame()
        await webhooks.event('closed')
        raw.drop()
      }
      await Promise.all([lifeless(), malformed(), notUtf8()])
    },
    control: all(hasPing('lifeless'), ended('lifeless'), shook('malformed'), shook('not UTF-8')),
    judge: all(toldClosed('lifeless'), toldClosed('malformed'), toldClosed('not UTF-8')),
    killedBy: ['forgets-closed-of-lifeless-pages', 'forgets-closed-of-malformed-pages'],
  },
  {
    id: 'socket.late-failure.told',
    proves: 'socket.closed.reason',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const replying = answering('message', holding.reply)
      const { raw, webhooks } = await openRawPage(drive, 'page', replying)
      raw.write(Buffer.concat([makeFrame(1, 'hello'), GOODBYE]), 'a text and a Close with 1000')
      await webhooks.event('message')
      await raw.closeFrame(TIMEOUT(drive.advertised) * A_WHILE * 1000)
      holding.release(500)
      await raw.closeFrame()
      await webhooks.event('closed')
      raw.drop()
    },
    control: all(heard('page', 'message'), heard('page', 'closed')),
    judge: toldAsSeen('page'),
    killedBy: ['tells-failures-over-goodbyes'],
  },
  {
    id: 'socket.leaving.not-delivered',
    proves: 'socket.send.results',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const replying = answering('message', holding.reply)
      const { raw, id, webhooks } = await openRawPage(drive, 'page', replying)
      raw.write(Buffer.concat([makeFrame(1, 'hello'), GOODBYE]), 'a text and a Close with 1000')
      await webhooks.event('message')
      await raw.closeFrame(TIMEOUT(drive.advertised) * A_WHILE * 1000)
      await drive.sockets.send('after', id, 'hello')
      holding.release()
      await webhooks.event('closed')
      raw.drop()
    },
    control: all(heard('page', 'message'), heard('page', 'closed')),
    judge: declinedAfterClose('page', 'after'),
    killedBy: ['says-delivered-while-a-message-waits'],
  },
]
