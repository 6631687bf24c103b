/** Checks of the chapter socket, section handshake: text for a socket whose handshake is not answered yet. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { type Holding, holdBack } from '../drive/holding.ts'
import type { PageSocket } from '../drive/page-sockets.ts'
import type { Reply } from '../drive/receiver.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  arrivedOn,
  declined,
  heldArrived,
  neverArrived,
  shook,
  taken,
} from '../judges/socket-handshake.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

const TIMEOUT = waitFor('webhook_timeout_seconds')
/** How often one send names the socket. */
const TIMES = 20
/** Takes three bytes of UTF-8 and one place in a string. */
const WIDE = '가'

interface Pending {
  readonly page: PageSocket
  readonly id: string
}

/** Opens a socket whose handshake waits for `reply`. */
async function openPending(drive: Drive, as: string, reply: Reply): Promise<Pending> {
  const { page, id } = await drive.sockets.connect(as, undefined, {
    replying: ({ fields }) => (fields.event === 'handshake' ? reply : { status: 204 }),
  })
  return { page, id }
}

/** Sends to a pending socket as role `sender-<as>`, then ends its handshake by `end`, and waits for its end. */
async function sendInVain(
  drive: Drive,
  as: string,
  end: (holding: Holding) => Promise<void> | void,
): Promise<void> {
  const holding = holdBack(drive)
  const { page, id } = await openPending(drive, as, holding.reply)
  await drive.sockets.send(`sender-${as}`, id, drive.text())
  await end(holding)
  const latestMs = latestSeconds(drive.advertised, 'webhook_timeout_seconds') * 1000
  await page.ended(latestMs + drive.patienceMs)
  holding.release()
}

/** A text that, sent `times` times in one call, is together exactly `bytes` bytes, and as long as one may be. */
function fillingOf(drive: Drive, bytes: number): { text: string; times: number } {
  const { data_bytes: longest = 32_767, sockets_per_send: most = 1 } = drive.advertised.limits
  let times = Math.ceil(bytes / longest)
  while (bytes % times !== 0 && times < most) times += 1
  const length = Math.floor(bytes / times)
  const wide = WIDE.repeat(Math.floor(length / 3))
  return { text: wide + 'x'.repeat(length - Buffer.byteLength(wide)), times }
}

/** In the order of the chapter. */
export const SOCKET_HELD_CHECKS: readonly Check[] = [
  {
    id: 'socket.held-texts.delivered',
    proves: 'socket.held.delivered',
    needs: ['webhooks'],
    drive: async (drive) => {
      const times = Math.min(TIMES, drive.advertised.limits.sockets_per_send ?? 1)
      const holding = holdBack(drive)
      const { page, id } = await openPending(drive, 'page', holding.reply)
      // Few calls, so that they are over before the handshake may be given up.
      await drive.sockets.send('sender', id, `first ${drive.text()}`)
      await drive.sockets.send('sender', Array<string>(times).fill(id), '')
      await drive.sockets.send('sender', id, `third ${drive.text()}`)
      holding.release()
      await page.texts(1)
      const last = `last ${drive.text()}`
      await drive.sockets.send('sender', id, last)
      await page.frames.find(({ text }) => text === last, drive.patienceMs)
      await page.ping()
    },
    control: all(shook('page'), taken('sender')),
    judge: heldArrived('page', 'sender'),
    killedBy: [
      'drops-repeated-texts-to-pages',
      'sends-held-texts-at-once',
      'reverses-held-texts',
      'forgets-held-texts',
      'holds-one-text-only',
      'sends-held-texts-twice',
      'forgets-held-empty-texts',
      'holds-each-text-once',
    ],
  },
  {
    id: 'socket.held-texts.dropped',
    proves: 'socket.held.dropped',
    needs: ['webhooks'],
    waitSeconds: latestOf('webhook_timeout_seconds'),
    drive: async (drive) => {
      const holding = holdBack(drive)
      const control = await openPending(drive, 'control', holding.reply)
      const text = drive.text()
      await drive.sockets.send('sender', control.id, text)
      holding.release()
      await control.page.frames.find((frame) => frame.text === text, drive.patienceMs)
      await sendInVain(drive, 'refused', ({ release }) => release(403))
      await sendInVain(drive, 'redirected', ({ release }) => release(302))
      await sendInVain(drive, 'failed', ({ release }) => release(500))
      await sendInVain(drive, 'unanswered', () => {})
    },
    control: all(
      taken('sender'),
      arrivedOn('control', 'sender'),
      closed('refused', 'forbidden'),
      closed('redirected', 'forbidden'),
      closed('failed', 'forbidden'),
      closed('unanswered', 'application-unavailable'),
    ),
    judge: all(
      ...['refused', 'redirected', 'failed', 'unanswered'].map((as) =>
        neverArrived(as, `sender-${as}`),
      ),
    ),
    killedBy: [
      'sends-held-texts-at-once',
      'sends-held-texts-to-the-refused',
      'sends-held-texts-to-the-unanswered',
    ],
  },
  {
    id: 'socket.held-bytes.bounded',
    proves: 'socket.held.bounded',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const most = drive.advertised.limits.socket_held_bytes ?? 65_536
      const holding = holdBack(drive)
      const { page, id } = await openPending(drive, 'page', holding.reply)
      const { text, times } = fillingOf(drive, most)
      await drive.sockets.send('sender', Array<string>(times).fill(id), text)
      const rest = most - times * Buffer.byteLength(text)
      if (rest > 0) await drive.sockets.send('sender', id, 'x'.repeat(rest))
      await drive.sockets.send('beyond', id, 'é')
      holding.release()
      await page.texts(times)
      const fence = drive.text()
      await drive.sockets.send('sender', id, fence)
      await page.frames.find((frame) => frame.text === fence, drive.patienceMs)
    },
    control: all(shook('page'), taken('sender')),
    judge: all(declined('beyond'), neverArrived('page', 'beyond')),
    killedBy: ['sends-held-texts-at-once', 'holds-without-bound', 'holds-one-text-beyond'],
  },
]
