/** Checks of the chapter on event streams about a full service, readers that stop, and a service that is asked to stop. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { fillUp, OPENED_PER_SECOND, openOne } from '../drive/fill-up.ts'
import { fillQueue, POST_PAUSE_SECONDS } from '../drive/slow-reader.ts'
import { answeredAs } from '../judges/call.ts'
import { welcomed } from '../judges/connection.ts'
import { announcedBeforeClose, drained, refusedForCapacity, turnedAway } from '../judges/drain.ts'
import { all } from '../judges/finding.ts'
import { firstDelivered, undisturbed } from '../judges/neighbour.ts'
import { readable, unidentified } from '../judges/sse.ts'
import { FILLED, givenUp, stillYoung } from '../judges/sse-ending.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

const CLIENTS = ['client 1', 'client 2', 'client 3', 'client 4', 'client 5'] as const
const LATE = 'latecomer'
const PAUSE_SECONDS = 0.1
/** The WebSocket that a full service is asked for besides a stream. */
const WEBSOCKET = 'WebSocket beyond'
/** Streams of a full service that are open besides WebSockets. */
const STREAMS = 8

const opening = ({ limits }: { readonly limits: Readonly<Record<string, number>> }): number =>
  (limits.connections ?? Number.POSITIVE_INFINITY) / OPENED_PER_SECOND

/**
 * Fills a service up with WebSockets and at last, as they live shorter, with streams; tries one more of each, and posts to
 * one of them afterwards.
 */
async function fillWithStreams(drive: Drive): Promise<void> {
  const clientId = drive.clientId()
  await fillUp(drive, (drive.advertised.limits.connections ?? 0) - STREAMS + 1)
  const first = await drive.streams.connect('first', clientId)
  await Promise.all(
    Array.from({ length: STREAMS - 1 }, () => drive.streams.connect('streams', drive.clientId())),
  )
  const { connectUrl: url, token } = await drive.mint('beyond', drive.clientId())
  for (const one of [
    await drive.streams.open('beyond', { url, token }),
    await openOne(drive, WEBSOCKET),
  ])
    await Promise.race([one.welcome(), one.ended()])
  const data = drive.text()
  await drive.post('post', clientId, data)
  await first.message(data)
}

/** Nothing had ended for its age when one more came. */
const FULL = all(welcomed('first'), stillYoung('first', 'post'), stillYoung('streams', 'post'))

/** Starts a service of its own, connects several streams, and drains it, while one more comes late. */
async function drainWithStreams(drive: Drive): Promise<void> {
  const instance = await drive.launch('service')
  const { streams } = instance.drive
  const clients = await Promise.all(
    CLIENTS.map((as) => streams.connect(as, instance.drive.clientId())),
  )
  const latestMs = latestSeconds(drive.advertised, 'drain_seconds') * 1000
  const ends = clients.map((client) => client.ended(latestMs + drive.patienceMs))
  const { token, connectUrl: url } = await instance.drive.mint('token', instance.drive.clientId())
  const isOver = instance.drain()
  const isReconnect = ({ type }: Record<string, unknown>): boolean => type === 'reconnect'
  await Promise.race([...clients.map((client) => client.envelope(isReconnect)), isOver])
  const late = await streams.open(LATE, { url, token })
  await late.ended(latestMs)
  // A service that keeps it would never end its drain.
  late.drop()
  await Promise.all([isOver, ...ends])
}

/** Opens a stream as role `slow` that then reads nothing; who does not read sees no end, but receipts do. */
async function stopReading(drive: Drive, clientId: string): Promise<void> {
  const stream = await drive.streams.connect('slow', clientId)
  stream.pause()
}

/** In the order of the chapter. */
export const SSE_PRESSURE_CHECKS: readonly Check[] = [
  {
    id: 'sse.full-service.refuses',
    proves: 'sse.capacity.counted',
    profiles: ['robust'],
    alone: true,
    limits: { connections: 12 },
    waitSeconds: opening,
    drive: fillWithStreams,
    control: FULL,
    judge: all(refusedForCapacity('beyond'), readable('beyond'), undisturbed('first', 'post')),
    killedBy: [
      'takes-streams-beyond-the-limit',
      'counts-no-streams',
      'ends-the-oldest-for-a-stream',
      'takes-connections-beyond-the-limit',
    ],
  },
  {
    id: 'connection.service-full-of-streams.refuses',
    proves: 'connection.capacity.refuse',
    profiles: ['sse'],
    alone: true,
    limits: { connections: 12 },
    waitSeconds: opening,
    drive: fillWithStreams,
    control: FULL,
    judge: all(refusedForCapacity(WEBSOCKET), undisturbed('first', 'post')),
    killedBy: [
      'counts-no-streams',
      'takes-connections-beyond-the-limit',
      'ends-the-oldest-for-a-stream',
    ],
  },
  {
    id: 'sse.slow-reader.ended',
    proves: 'sse.slow.ended',
    profiles: ['robust'],
    waitSeconds: latestOf('stall_timeout_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      await stopReading(drive, clientId)
      await drive.post('filler', clientId, 'hello')
      await fillQueue(
        drive,
        clientId,
        async () => false,
        () => drive.pass(POST_PAUSE_SECONDS),
      )
      drive.note(FILLED, 'more waits than may')
      const latest = latestSeconds(drive.advertised, 'stall_timeout_seconds')
      for (let waited = 0; waited < latest; waited += PAUSE_SECONDS) {
        const receipt = await drive.post('filler', clientId, 'x')
        if (receipt?.connections === 0) return
        await drive.pass(PAUSE_SECONDS)
      }
    },
    control: answeredAs('filler', 200, 'Receipt'),
    judge: givenUp('slow', 'filler'),
    killedBy: ['keeps-slow-streams'],
  },
  {
    id: 'sse.slow-reader.alone',
    proves: 'sse.slow.others',
    alone: true,
    drive: async (drive) => {
      const other = drive.clientId()
      const neighbour = await drive.connect('neighbour', other)
      let isServed = true
      const serve = async (): Promise<void> => {
        const data = drive.text()
        await drive.post('post', other, data)
        isServed = (await neighbour.message(data)) !== undefined
      }
      await serve()
      const clientId = drive.clientId()
      await stopReading(drive, clientId)
      await fillQueue(drive, clientId, async () => !isServed, serve)
    },
    control: firstDelivered('neighbour', 'post'),
    judge: undisturbed('neighbour', 'post'),
    killedBy: ['holds-everyone-for-a-slow-reader'],
  },
  {
    id: 'sse.drain.ended',
    proves: 'sse.drain.closed',
    profiles: ['robust'],
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithStreams,
    control: all(...CLIENTS.map(welcomed)),
    judge: all(
      ...CLIENTS.flatMap((as) => [drained(as, 'service'), announcedBeforeClose(as)]),
      turnedAway(LATE, 'service'),
    ),
    killedBy: [
      'drains-streams-too-slowly',
      'drains-without-notice',
      'drains-too-slowly',
      'drains-with-another-code',
      'keeps-latecomers',
    ],
  },
  {
    id: 'sse.reconnect.unidentified',
    proves: 'sse.event.id',
    profiles: ['robust'],
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithStreams,
    control: all(...CLIENTS.map((as) => announcedBeforeClose(as))),
    judge: all(...CLIENTS.map((as) => unidentified(as, 'reconnect'))),
    killedBy: ['identifies-reconnects'],
  },
  {
    id: 'sse.latecomer.readable',
    proves: 'sse.open.readable',
    profiles: ['robust'],
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithStreams,
    control: all(...CLIENTS.map(welcomed)),
    judge: readable(LATE),
    killedBy: ['hides-problems-from-pages', 'shows-streams-to-one-origin'],
  },
]
