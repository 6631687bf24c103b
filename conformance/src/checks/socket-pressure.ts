/** Checks of the chapter socket, section messages: what is left of a page that has gone, and what a slow application holds back. */

import { type Check, waitFor } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { holdBack } from '../drive/holding.ts'
import type { RawConnection } from '../drive/raw.ts'
import { makeFlood } from '../drive/raw-client.ts'
import { openRawPage } from '../drive/raw-page.ts'
import { answering, liveOnce, sayWhileHeld } from '../drive/socket-life.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { forwarded, heard, heardBeforeRelease, tookAtMost } from '../judges/socket-messages.ts'
import { numbered } from './socket-texts.ts'

const TIMEOUT = waitFor('webhook_timeout_seconds')
/** Part of the time in which a webhook is answered that a hasty service has for going on. */
const A_WHILE = 0.25
const FEW = numbered(3)
const CLOSE = makeFrame(8, Buffer.from([0x03, 0xe8]))

/** What systems may buffer of a connection, at most, and twice as much. */
const BUFFER_BYTES = 16 * 1024 * 1024
const FLOOD_BYTES = 2 * BUFFER_BYTES
/** A flood is one and the same wave again and again: it is not held in memory whole. */
const WAVES = 64

/** Writes more than systems may buffer; the function returned says how much of it was taken. */
function flood(raw: RawConnection): () => number {
  const wave = makeFlood(FLOOD_BYTES / WAVES)
  const bytes = wave.length * WAVES
  raw.write(wave, `${bytes} bytes of texts`, WAVES)
  return () => bytes - raw.unsentBytes()
}

/** In the order of the chapter. */
export const SOCKET_PRESSURE_CHECKS: readonly Check[] = [
  {
    id: 'socket.goodbye.flushed',
    proves: 'socket.message.flushed',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const leave = async (as: string, code?: number): Promise<void> => {
        const { page, webhooks, holding } = await sayWhileHeld(drive, as, 'message', FEW)
        page.close(code)
        await webhooks.first(2)
        await drive.pass(TIMEOUT(drive.advertised) * A_WHILE)
        holding.release()
        await webhooks.event('closed')
      }
      await Promise.all([leave('with a code', 1000), leave('without a code')])
    },
    control: all(heard('with a code', 'message'), heard('without a code', 'message')),
    judge: all(forwarded('with a code', FEW), forwarded('without a code', FEW)),
    killedBy: ['drops-texts-before-goodbye'],
  },
  {
    id: 'socket.hasty-goodbye.flushed',
    proves: 'socket.message.flushed',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { raw, webhooks } = await openRawPage(drive, 'page')
      const texts = FEW.map((text) => makeFrame(1, text))
      raw.write(Buffer.concat([...texts, CLOSE]), 'three texts and a Close')
      raw.finish()
      await webhooks.event('closed')
    },
    control: heard('page', 'handshake'),
    judge: forwarded('page', FEW),
    killedBy: ['drops-texts-before-goodbye'],
  },
  {
    id: 'socket.abandoned-texts.flushed',
    proves: 'socket.message.flushed',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const { page, webhooks, holding } = await sayWhileHeld(drive, 'page', 'handshake', FEW)
      page.close(1000)
      await drive.pass(TIMEOUT(drive.advertised) * A_WHILE)
      holding.release()
      await webhooks.event('closed')
    },
    control: heard('page', 'handshake'),
    judge: forwarded('page', FEW),
    killedBy: ['drops-texts-before-goodbye', 'forgets-early-texts-of-pages'],
  },
  {
    id: 'socket.flood.held-back',
    proves: 'socket.pressure.bounded',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { raw, webhooks } = await openRawPage(
        drive,
        'page',
        answering('message', holding.reply),
      )
      raw.write(makeFrame(1, 'first'), 'a text')
      await webhooks.event('message')
      const takenBytes = flood(raw)
      await drive.pass(TIMEOUT(drive.advertised) * 0.6)
      drive.note('page', `${takenBytes()} bytes taken`)
      raw.drop()
      // What was read is not to be delivered to a page that is gone.
      holding.release(500)
      await webhooks.event('closed')
    },
    control: heard('page', 'message'),
    judge: tookAtMost('page', BUFFER_BYTES),
    killedBy: ['reads-on-while-message-waits'],
  },
  {
    id: 'socket.early-flood.held-back',
    proves: 'socket.pressure.bounded',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { raw } = await openRawPage(drive, 'page', answering('handshake', holding.reply))
      const takenBytes = flood(raw)
      await drive.pass(TIMEOUT(drive.advertised) * 0.33)
      drive.note('page', `${takenBytes()} bytes taken`)
      raw.drop()
      holding.release(403)
    },
    control: heard('page', 'handshake'),
    judge: tookAtMost('page', BUFFER_BYTES),
    killedBy: [
      'reads-on-while-handshake-waits',
      'reads-on-while-message-waits',
      'forgets-early-texts-of-pages',
    ],
  },
  {
    id: 'socket.slow-handler.passed-by',
    proves: 'socket.pressure.others',
    needs: ['webhooks'],
    // All of it has to happen before the service gives up waiting for the answers.
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('slow', path)
      const slow = drive.sockets.webhooks('slow', path, ({ fields }) =>
        fields.body === 'slow' ? holding.reply : { status: 204 },
      )
      const pages = await Promise.all(FEW.map(() => drive.sockets.open('slow', url)))
      await slow.first(pages.length)
      for (const page of pages) page.send('slow')
      await slow.first(2 * pages.length)
      const sibling = await drive.sockets.open('sibling', url)
      await slow.first(2 * pages.length + 1)
      sibling.send('quick')
      await slow.event('message', ({ fields }) => fields.body === 'quick')
      await liveOnce(drive, 'stranger')
      holding.release()
      await slow.event('message', ({ fields }) => fields.body === 'quick')
    },
    control: heard('slow', 'message'),
    judge: all(
      heardBeforeRelease('stranger', 'closed'),
      heardBeforeRelease('slow', 'message', 'quick'),
    ),
    killedBy: ['sends-webhooks-of-one-path-in-turn'],
  },
  {
    id: 'socket.slow-handler.without-presence',
    proves: 'socket.pressure.others',
    needs: ['webhooks'],
    profiles: ['presence'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const clientId = drive.clientId()
      // One name for both, which a service might take for one thing that has its turn.
      const { page, webhooks } = await drive.sockets.connect('user', clientId, {
        replying: answering('message', holding.reply),
      })
      page.send('slow')
      await webhooks.event('message')
      const connection = await drive.connect('client', clientId)
      await webhooks.event('connected')
      connection.close(1000)
      await webhooks.event('disconnected')
      holding.release()
      page.close(1000)
      await webhooks.event('closed')
    },
    control: all(heard('user', 'message'), welcomed('client')),
    judge: all(heardBeforeRelease('user', 'connected'), heardBeforeRelease('user', 'disconnected')),
    killedBy: ['keeps-presence-waiting-for-sockets'],
  },
]
