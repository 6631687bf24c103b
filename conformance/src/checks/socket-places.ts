/** Checks of the chapter socket: what waits for a place, among the webhooks and among the connections. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { holdBack } from '../drive/holding.ts'
import type { Reply } from '../drive/receiver.ts'
import { answering, say } from '../drive/socket-life.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { closedAgain, neverToldClosed } from '../judges/socket-closed.ts'
import { shook, unasked } from '../judges/socket-handshake.ts'
import { heardAtAll } from '../judges/socket-life.ts'
import { heard } from '../judges/socket-messages.ts'
import { alive } from '../judges/socket-opening.ts'
import { boundedBy } from '../judges/socket-webhooks.ts'
import { latestOf } from '../timeline/latest.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const TIMEOUT = waitFor('webhook_timeout_seconds')
const LATEST = latestOf('webhook_timeout_seconds')
/** Places for webhooks of a service that is started for one of these checks; another's are not the suite's to fill. */
const FEW_PLACES = { socket_concurrency: 2 } as const
const LATE = 'latecomer'
const AGAIN = ['one again', 'two again'] as const

/** Lets silent handlers take every place twice over, and opens one more socket meanwhile; then lives once more. */
async function crowd(drive: Drive): Promise<void> {
  const most = drive.advertised.limits.socket_concurrency ?? 1
  const holding = holdBack(drive)
  const path = drive.sockets.path()
  const { url } = await drive.sockets.mint('crowd', path)
  const webhooks = drive.sockets.webhooks('crowd', path, ({ fields }) =>
    fields.event === 'message' ? holding.reply : { status: 204 },
  )
  const pages = await Promise.all(
    Array.from({ length: 2 * most }, () => drive.sockets.open('crowd', url)),
  )
  await webhooks.first(pages.length)
  const latePath = drive.sockets.path()
  const late = await drive.sockets.mint(LATE, latePath)
  drive.sockets.webhooks(LATE, latePath)
  for (const page of pages) page.send('hello')
  await webhooks.first(pages.length + most)
  const page = await drive.sockets.open(LATE, late.url)
  await page.ended(LATEST(drive.advertised) * 1000 + drive.patienceMs)
  const isLastMessage = (count: number): Promise<unknown> =>
    webhooks.first(count, TIMEOUT(drive.advertised) * 1000 + drive.patienceMs)
  await isLastMessage(2 * pages.length)
  holding.release()
  for (const each of pages) await each.ended(LATEST(drive.advertised) * 1000)
  await liveAfterwards(drive)
}

/** A whole life as role `afterwards`, if the service has a place for its webhooks. */
async function liveAfterwards(drive: Drive): Promise<void> {
  const path = drive.sockets.path()
  const { url } = await drive.sockets.mint('afterwards', path)
  const webhooks = drive.sockets.webhooks('afterwards', path)
  const page = await drive.sockets.open('afterwards', url)
  page.send('hello')
  await webhooks.event('message')
  page.close(1000)
  await webhooks.event('closed')
}

function crowdCheck(check: Pick<Check, 'id' | 'proves' | 'control' | 'judge' | 'killedBy'>): Check {
  return {
    needs: ['exec', 'webhooks'],
    limits: FEW_PLACES,
    waitSeconds: (advertised) => 2 * LATEST(advertised),
    drive: crowd,
    ...check,
  }
}

/** In the order of the chapter. */
export const SOCKET_PLACE_CHECKS: readonly Check[] = [
  {
    id: 'socket.full-service.freed',
    proves: 'socket.capacity.freed',
    profiles: ['robust'],
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const instance = await drive.launch('service', undefined, { limits: { connections: 3 } })
      instance.webhooks.forget()
      const { sockets } = instance.drive
      await sockets.connect('kept')
      const gone = await sockets.connect('gone')
      gone.page.close(1000)
      await gone.webhooks.event('closed')
      const refused = await sockets.connect('refused', undefined, {
        replying: ({ fields }) => ({ status: fields.event === 'handshake' ? 403 : 204 }),
      })
      await refused.page.ended()
      for (const as of AGAIN) {
        const { url } = await sockets.mint(as, sockets.path())
        const page = await sockets.open(as, url)
        await page.ping()
      }
    },
    control: all(shook('kept'), heard('gone', 'closed'), closed('refused', 'forbidden')),
    judge: all(...AGAIN.map(alive)),
    killedBy: ['counts-sockets-that-are-over', 'counts-refused-sockets'],
  },
  crowdCheck({
    id: 'socket.crowded-handshake.closed',
    proves: 'socket.handshake.unavailable',
    control: all(heard('crowd', 'message'), unasked(LATE)),
    judge: closed(LATE, 'application-unavailable'),
    killedBy: ['waits-for-a-place-for-ever', 'refuses-for-want-of-a-place'],
  }),
  crowdCheck({
    id: 'socket.crowded-handshake.without-closed',
    proves: 'socket.closed.silent',
    control: all(heard('afterwards', 'closed'), unasked(LATE)),
    judge: neverToldClosed(LATE),
    killedBy: ['says-closed-without-a-handshake'],
  }),
  crowdCheck({
    id: 'socket.silent-handlers.outlived',
    proves: 'socket.pressure.others',
    control: heard('crowd', 'message'),
    judge: heardAtAll('afterwards', 'message'),
    killedBy: ['loses-a-place-with-every-silence'],
  }),
  {
    id: 'socket.broken-handlers.outlived',
    proves: 'socket.pressure.others',
    needs: ['exec', 'webhooks'],
    limits: FEW_PLACES,
    drive: async (drive) => {
      const count = 2 * (drive.advertised.limits.socket_concurrency ?? 1)
      const broken = Array.from({ length: count }, async () => {
        const { page } = await say(drive, 'broken', ['hello'], answering('message', 'drop'))
        await page.ended()
      })
      await Promise.all(broken)
      await liveAfterwards(drive)
    },
    control: heard('broken', 'message'),
    judge: heardAtAll('afterwards', 'message'),
    killedBy: ['loses-a-place-with-every-break'],
  },
  {
    id: 'socket.repeats.bounded',
    proves: 'socket.webhook.concurrency',
    needs: ['exec', 'webhooks'],
    limits: FEW_PLACES,
    waitSeconds: waitFor('webhook_timeout_seconds', { list: 'webhook_retry_seconds', entries: 1 }),
    drive: async (drive) => {
      const most = drive.advertised.limits.socket_concurrency ?? 1
      const count = most + 4
      const holding = holdBack(drive)
      const told = new Set<string | undefined>()
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('target', path)
      const target = drive.sockets.webhooks('target', path, ({ fields }): Reply => {
        if (fields.event !== 'closed') return { status: 204 }
        if (told.has(fields.from)) return holding.reply
        told.add(fields.from)
        return { status: 500 }
      })
      const pages = await Promise.all(
        Array.from({ length: count }, () => drive.sockets.open('page', url)),
      )
      await target.first(count)
      for (const page of pages) page.close(1000)
      await target.first(2 * count)
      const waitMs = FIRST_RETRY(drive.advertised) * 1200 + TIMEOUT(drive.advertised) * 500
      await target.first(2 * count + most + 1, waitMs)
      holding.release()
      await target.first(3 * count)
    },
    control: closedAgain('target'),
    judge: boundedBy('target', 'socket_concurrency'),
    killedBy: [
      'repeats-closed-beside-the-places',
      'ignores-socket-concurrency',
      'attempts-one-too-many-for-sockets',
    ],
  },
]
