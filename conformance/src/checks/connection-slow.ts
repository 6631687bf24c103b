/** Checks of peers that read or write too slowly. */

import type { Check } from '../check.ts'
import {
  awaitEnd,
  fillQueue,
  POST_PAUSE_SECONDS,
  SLOW_FOR_LONG,
  stopReading,
} from '../drive/slow-reader.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import { firstDelivered, undisturbed } from '../judges/neighbour.ts'
import { ended, endedAfterOpening } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

/** In the order of the chapter. */
export const CONNECTION_SLOW_CHECKS: readonly Check[] = [
  {
    id: 'connection.slow-reader.ended',
    proves: 'connection.slow.ended',
    waitSeconds: SLOW_FOR_LONG,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const pauseMs = POST_PAUSE_SECONDS * 1000
      const { client, isOver } = await stopReading(drive, clientId, pauseMs)
      await drive.post('filler', clientId, 'hello')
      await fillQueue(drive, clientId, isOver)
      await awaitEnd(drive, client, isOver)
    },
    control: answeredAs('filler', 200, 'Receipt'),
    judge: ended('slow'),
    killedBy: ['keeps-slow-readers'],
  },
  {
    id: 'connection.slow-reader.alone',
    proves: 'connection.slow.others',
    alone: true,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const other = drive.clientId()
      const neighbour = await drive.connect('neighbour', other)
      let isServed = true
      const serve = async (): Promise<void> => {
        const data = drive.text()
        await drive.post('post', other, data)
        isServed = (await neighbour.message(data)) !== undefined
      }
      await serve()
      const { isOver } = await stopReading(drive, clientId)
      await fillQueue(drive, clientId, async () => !isServed || (await isOver()), serve)
    },
    control: firstDelivered('neighbour', 'post'),
    judge: undisturbed('neighbour', 'post'),
    killedBy: ['holds-everyone-for-a-slow-reader'],
  },
  {
    id: 'connection.headless-socket.ended',
    proves: 'connection.idle.ended',
    waitSeconds: latestOf('request_timeout_seconds'),
    realTime: true,
    drive: async (drive) => {
      const latestMs = latestSeconds(drive.advertised, 'request_timeout_seconds') * 1000
      const control = await drive.raw('control')
      control.write(drive.callRequest('GET', '/v1', {}, ''))
      await control.answer()
      const waits: Promise<unknown>[] = []
      for (const [as, bytes] of [
        ['silent', ''],
        ['half a head', 'GET /v1 HTTP/1.1\r\nHost: '],
      ] as const) {
        const socket = await drive.raw(as)
        drive.note(as, 'connected')
        if (bytes) socket.write(bytes)
        waits.push(socket.ended(latestMs))
      }
      await Promise.all(waits)
    },
    control: answeredAs('control', 200, 'Discovery'),
    judge: all(endedAfterOpening('silent'), endedAfterOpening('half a head')),
    killedBy: ['waits-long-for-heads'],
  },
  {
    id: 'connection.dribbled-head.ended',
    proves: 'connection.idle.ended',
    waitSeconds: latestOf('request_timeout_seconds'),
    realTime: true,
    drive: async (drive) => {
      const latest = latestSeconds(drive.advertised, 'request_timeout_seconds')
      const control = await drive.raw('control')
      control.write(drive.callRequest('GET', '/v1', {}, ''))
      await control.answer()
      const socket = await drive.raw('slow')
      drive.note('slow', 'connected')
      socket.write('GET /v1 HTTP/1.1\r\nX-Filler: ')
      const pace = Math.max(0.1, latest / 40)
      for (let waited = 0; waited < latest; waited += pace) {
        if (await socket.ended(pace * 1000)) return
        socket.write('x')
      }
    },
    control: answeredAs('control', 200, 'Discovery'),
    judge: endedAfterOpening('slow'),
    killedBy: ['waits-long-for-heads'],
  },
]
