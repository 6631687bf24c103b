/** Checks of the chapter socket, section closed: the code and the reason that are told of an end. */

import { type Check, waitFor } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { holdBack } from '../drive/holding.ts'
import { openRawPage } from '../drive/raw-page.ts'
import { answering, say } from '../drive/socket-life.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { toldAsSeen, toldEnd } from '../judges/socket-closed.ts'
import { heard } from '../judges/socket-messages.ts'
import { abandon, LEAVING, SERVICE_ENDS } from './socket-endings.ts'

const TIMEOUT = waitFor('webhook_timeout_seconds')
const OWN_CODE = makeFrame(8, Buffer.from([0x0f, 0xa0]))

/** In the order of the chapter. */
export const SOCKET_END_CHECKS: readonly Check[] = [
  {
    id: 'socket.goodbye.told',
    proves: 'socket.closed.reason',
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(LEAVING).map(async ([as, { leave }]) => {
          const { page, webhooks } = await say(drive, as, ['hello'])
          leave(page)
          await webhooks.event('closed')
        }),
      )
    },
    control: all(...Object.keys(LEAVING).map((as) => heard(as, 'closed'))),
    judge: all(
      ...Object.entries(LEAVING).map(([as, { code, reason }]) => toldEnd(as, code, reason)),
    ),
    killedBy: [
      'tells-no-reason',
      'tells-every-end-as-1000',
      'tells-1000-for-empty-close',
      'tells-losses-as-1001',
    ],
  },
  {
    id: 'socket.abandoning.told',
    proves: 'socket.closed.reason',
    needs: ['webhooks'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const sockets = await Promise.all(
        Object.entries(LEAVING).map(([as, { leave }]) => abandon(drive, as, holding.reply, leave)),
      )
      holding.release()
      await Promise.all(sockets.map(({ webhooks }) => webhooks.event('closed')))
    },
    control: all(...Object.keys(LEAVING).map((as) => heard(as, 'closed'))),
    judge: all(
      ...Object.entries(LEAVING).map(([as, { code, reason }]) => toldEnd(as, code, reason)),
    ),
    killedBy: [
      'tells-no-reason',
      'tells-every-end-as-1000',
      'tells-1000-for-empty-close',
      'tells-losses-as-1001',
    ],
  },
  {
    id: 'socket.service-end.told',
    proves: 'socket.closed.reason',
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(SERVICE_ENDS).map(async ([as, end]) => {
          const { page, webhooks } = await end(drive, as)
          await page.ended()
          await webhooks.event('closed')
        }),
      )
      const failing = answering('message', { status: 500 })
      const { raw, webhooks } = await openRawPage(drive, 'contrary', failing)
      raw.write(makeFrame(1, 'hello'), 'a text')
      await raw.closeFrame()
      raw.write(OWN_CODE, 'a Close with 4000')
      await webhooks.event('closed')
      raw.drop()
    },
    control: all(
      closed('failing handler', 'application-unavailable'),
      closed('binary message', 'unsupported-data'),
      closed('too long message', 'frame-too-large'),
      closed('contrary', 'application-unavailable'),
    ),
    judge: all(...Object.keys(SERVICE_ENDS).map(toldAsSeen), toldAsSeen('contrary')),
    killedBy: ['tells-own-ends-as-losses', 'tells-every-end-as-1000', 'tells-no-reason'],
  },
  {
    id: 'socket.unanswered-handshake.told',
    proves: 'socket.closed.reason',
    needs: ['webhooks'],
    waitSeconds: TIMEOUT,
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { page, webhooks } = await abandon(drive, 'page', holding.reply, () => {})
      const patienceMs = drive.patienceMs + TIMEOUT(drive.advertised) * 1000
      await page.ended(patienceMs)
      await webhooks.event('closed', undefined, patienceMs)
      holding.release()
    },
    control: all(closed('page', 'application-unavailable'), heard('page', 'closed')),
    judge: toldAsSeen('page'),
    killedBy: ['tells-own-ends-as-losses', 'tells-every-end-as-1000', 'tells-no-reason'],
  },
]
