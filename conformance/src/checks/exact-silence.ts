/** Checks of silence to the millisecond: Pings and heartbeats at their instant, put off by the last byte or envelope before it. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawPage } from '../drive/raw-page.ts'
import type { Reader } from '../drive/reader.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { endedAtSilenceInstant } from '../judges/instant.ts'
import { arrived } from '../judges/message.ts'
import {
  heartbeatsInTime,
  heartbeatsNotBefore,
  pingsInTime,
  pingsNotBefore,
} from '../judges/silence.ts'
import { shook } from '../judges/socket-handshake.ts'
import { heardWord } from '../judges/socket-life.ts'
import { stillYoung } from '../judges/sse-ending.ts'
import { hasPing } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { readObject, seconds } from '../timeline/timeline.ts'

/** Seconds before a boundary. */
const MOMENT = 0.001
const TEXT = 1
const PONG = 10
/** Signs of life that are waited for on each connection. */
const SIGNS = 2
const WORD = 'still there'

/** Lets the silence last until a moment before it is one. */
async function stayAlmostSilent(drive: Drive): Promise<void> {
  await drive.pass(seconds(drive.advertised, 'heartbeat_seconds') - MOMENT)
}

/** Waits for this many Pings, as long as they may take one after the other. */
async function awaitPings(drive: Drive, { frames }: Reader, count = SIGNS): Promise<void> {
  const latestMs = latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000 * count
  await frames.collect(count, ({ type }) => type === 'ping', latestMs)
}

/** As {@link awaitPings}, for heartbeats. */
async function awaitHeartbeats(drive: Drive, { frames }: Reader, count = SIGNS): Promise<void> {
  const latestMs = latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000 * count
  await frames.collect(count, ({ text }) => readObject(text)?.type === 'heartbeat', latestMs)
}

/** Breaks the silence of the one side of a channel a moment before it is one, then that of the other, and is silent then. */
async function breakSilence(drive: Drive): Promise<void> {
  const clientId = drive.clientId()
  const client = await drive.connect('client', clientId)
  await stayAlmostSilent(drive)
  await client.ping()
  await awaitHeartbeats(drive, client, 1)
  await stayAlmostSilent(drive)
  const data = drive.text()
  await drive.post('post', clientId, data)
  await client.message(data)
  await Promise.all([awaitPings(drive, client), awaitHeartbeats(drive, client)])
}

/** As {@link breakSilence}, on an event stream, which has one direction. */
async function breakSilenceOfStream(drive: Drive): Promise<void> {
  const clientId = drive.clientId()
  const stream = await drive.streams.connect('client', clientId)
  await stayAlmostSilent(drive)
  const data = drive.text()
  await drive.post('post', clientId, data)
  await stream.message(data)
  await awaitHeartbeats(drive, stream)
}

/** As {@link breakSilence}, on a socket, which has Pings alone. */
async function breakSilenceOfSocket(drive: Drive): Promise<void> {
  const { page } = await drive.sockets.connect('page')
  await stayAlmostSilent(drive)
  await page.ping()
  await awaitPings(drive, page)
}

/** What the checks of one transport have in common. */
type Shared = Pick<Check, 'drive' | 'control' | 'needs' | 'profiles'>

const OF_CHANNELS: Shared = {
  needs: ['service-clock'],
  drive: breakSilence,
  control: all(welcomed('client'), arrived('client', 'post')),
}
const OF_STREAMS: Shared = {
  needs: ['service-clock'],
  profiles: ['robust'],
  drive: breakSilenceOfStream,
  control: all(welcomed('client'), arrived('client', 'post'), stillYoung('client')),
}
const OF_SOCKETS: Shared = {
  needs: ['service-clock', 'webhooks'],
  profiles: ['robust'],
  drive: breakSilenceOfSocket,
  control: shook('page'),
}

/** In the order of the chapters. */
export const EXACT_SILENCE_CHECKS: readonly Check[] = [
  {
    ...OF_CHANNELS,
    id: 'connection.silence-instant.pinged',
    proves: 'connection.heartbeat.ping',
    judge: pingsInTime('client', SIGNS),
    killedBy: ['never-pings', 'pings-once', 'pings-a-moment-too-late'],
  },
  {
    ...OF_CHANNELS,
    id: 'connection.last-moment-byte.unpinged',
    proves: 'connection.heartbeat.heard',
    judge: pingsNotBefore('client'),
    killedBy: ['pings-a-moment-early', 'pings-whom-it-wrote-nothing'],
  },
  {
    ...OF_CHANNELS,
    id: 'connection.silence-instant.announced',
    proves: 'connection.heartbeat.envelope',
    judge: heartbeatsInTime('client', SIGNS),
    killedBy: [
      'sends-no-heartbeat',
      'sends-one-heartbeat',
      'sends-heartbeats-late',
      'sends-heartbeats-a-moment-too-late',
    ],
  },
  {
    ...OF_CHANNELS,
    id: 'connection.last-moment-message.unannounced',
    proves: 'connection.heartbeat.written',
    judge: heartbeatsNotBefore('client'),
    killedBy: ['sends-heartbeats-a-moment-early', 'sends-heartbeats-to-who-is-silent'],
  },
  {
    ...OF_SOCKETS,
    id: 'socket.silence-instant.pinged',
    proves: 'socket.heartbeat.ping',
    judge: pingsInTime('page', SIGNS),
    killedBy: ['never-pings-sockets', 'pings-sockets-once', 'pings-sockets-a-moment-too-late'],
  },
  {
    ...OF_SOCKETS,
    id: 'socket.last-moment-byte.unpinged',
    proves: 'socket.heartbeat.heard',
    judge: pingsNotBefore('page'),
    killedBy: ['pings-sockets-a-moment-early'],
  },
  {
    id: 'socket.silence-instant.closed',
    proves: 'socket.heartbeat.timeout',
    profiles: ['robust'],
    needs: ['service-clock', 'webhooks'],
    drive: async (drive) => {
      const { page } = await drive.sockets.connect('page', undefined, { answersPings: false })
      const latest = latestOf('heartbeat_seconds', 'pong_timeout_seconds')(drive.advertised)
      await page.ended((latest + 1) * 1000)
    },
    control: all(shook('page'), hasPing('page')),
    judge: all(closed('page', 'heartbeat-timeout'), endedAtSilenceInstant('page')),
    killedBy: [
      'forgives-silence-of-sockets',
      'gives-silence-of-sockets-another-code',
      'ends-silent-sockets-a-moment-early',
    ],
  },
  {
    id: 'socket.last-moment-pong.kept',
    proves: 'socket.heartbeat.timeout',
    profiles: ['robust'],
    needs: ['service-clock', 'webhooks'],
    drive: async (drive) => {
      const { raw, webhooks } = await openRawPage(drive, 'page')
      await raw.ping(latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000)
      await drive.pass(seconds(drive.advertised, 'pong_timeout_seconds') - MOMENT)
      raw.write(makeFrame(PONG, ''), 'a Pong')
      await drive.pass(2 * MOMENT)
      raw.write(makeFrame(TEXT, WORD), 'a text')
      await webhooks.event('message')
    },
    control: all(shook('page'), hasPing('page')),
    judge: heardWord('page', WORD),
    killedBy: ['ends-silent-sockets-a-moment-early'],
  },
  {
    ...OF_STREAMS,
    id: 'sse.silence-instant.announced',
    proves: 'sse.heartbeat.sent',
    judge: heartbeatsInTime('client', SIGNS),
    killedBy: [
      'sends-streams-no-heartbeat',
      'sends-streams-one-heartbeat',
      'sends-one-heartbeat',
      'sends-streams-heartbeats-late',
      'sends-streams-comments-for-heartbeats',
    ],
  },
  {
    ...OF_STREAMS,
    id: 'sse.last-moment-message.unannounced',
    proves: 'sse.heartbeat.written',
    judge: heartbeatsNotBefore('client'),
    killedBy: ['sends-streams-heartbeats-a-moment-early'],
  },
]
