/** Checks of the heartbeat, and of Pings that a client sends. */

import type { Check } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawClientFor } from '../drive/raw-client.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { accepted } from '../judges/message.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { alive } from '../judges/socket-opening.ts'
import { closedAfterPing, hasPing, heartbeats, pingedTwice, promises } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { readObject } from '../timeline/timeline.ts'

/** The opcode of a Ping. */
const PING = 9

/** Waits for this many heartbeat envelopes on a connection on which nothing else happens. */
function silenceCheck(id: string, count: number, killedBy: Check['killedBy']): Check {
  const wait = latestOf(...Array.from({ length: count }, () => 'heartbeat_seconds' as const))
  return {
    id,
    proves: 'connection.heartbeat.envelope',
    waitSeconds: wait,
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId())
      await client.frames.collect(
        count,
        ({ type, text }) => type === 'text' && readObject(text)?.type === 'heartbeat',
        wait(drive.advertised) * 1000,
      )
    },
    control: welcomed('client'),
    judge: all(heartbeats('client', count), promises('client')),
    killedBy,
  }
}

/** In the order of the chapter. */
export const CONNECTION_HEARTBEAT_CHECKS: readonly Check[] = [
  {
    id: 'connection.client-ping.answered',
    proves: 'connection.ping.answered',
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId())
      for (let pings = 0; pings < 2; pings += 1) await client.ping()
    },
    control: welcomed('client'),
    judge: alive('client'),
    killedBy: ['answers-no-pings'],
  },
  {
    id: 'connection.silence.pinged',
    proves: 'connection.heartbeat.ping',
    waitSeconds: latestOf('heartbeat_seconds', 'heartbeat_seconds'),
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId())
      const latest = latestSeconds(drive.advertised, 'heartbeat_seconds') * 2
      await client.frames.collect(2, ({ type }) => type === 'ping', latest * 1000)
    },
    control: welcomed('client'),
    judge: pingedTwice('client'),
    killedBy: ['never-pings', 'pings-once'],
  },
  {
    id: 'connection.busy-service.pinging',
    proves: 'connection.heartbeat.ping',
    waitSeconds: latestOf('heartbeat_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const client = await drive.connect('client', clientId)
      const paceMs = Number(drive.advertised.timings.heartbeat_seconds) * 300
      const latestMs = latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000
      for (let waited = 0; waited < latestMs; waited += paceMs) {
        if (await client.frames.find(({ type }) => type === 'ping', paceMs)) return
        await drive.post('post', clientId, drive.text())
      }
    },
    control: all(welcomed('client'), accepted('post')),
    judge: hasPing('client'),
    killedBy: ['pings-quiet-connections-alone', 'never-pings'],
  },
  silenceCheck('connection.silence.announced', 1, [
    'sends-no-heartbeat',
    'sends-heartbeats-late',
    'promises-heartbeats-later',
  ]),
  silenceCheck('connection.long-silence.announced', 2, [
    'sends-no-heartbeat',
    'sends-heartbeats-late',
    'sends-one-heartbeat',
    'promises-heartbeats-later',
  ]),
  {
    id: 'connection.busy-client.announced',
    proves: 'connection.heartbeat.envelope',
    waitSeconds: latestOf('heartbeat_seconds'),
    drive: async (drive) => {
      const { client } = await openRawClientFor(drive, 'client', drive.clientId())
      const paceMs = Number(drive.advertised.timings.heartbeat_seconds) * 300
      const latestMs = latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000
      for (let waited = 0; waited < latestMs; waited += paceMs) {
        if (await client.textFrame((text) => text.includes('"heartbeat"'), paceMs)) return
        client.write(makeFrame(PING, ''), 'a Ping')
      }
    },
    control: welcomed('client'),
    judge: heartbeats('client', 1),
    killedBy: ['sends-no-heartbeat', 'sends-heartbeats-late', 'sends-busy-clients-no-heartbeat'],
  },
  {
    id: 'connection.unanswered-ping.closed',
    proves: 'connection.heartbeat.timeout',
    waitSeconds: latestOf('heartbeat_seconds', 'pong_timeout_seconds'),
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId(), { answersPings: false })
      const latest = latestOf('heartbeat_seconds', 'pong_timeout_seconds')(drive.advertised)
      await client.ended(latest * 1000)
    },
    control: all(welcomed('client'), hasPing('client')),
    judge: all(closed('client', 'heartbeat-timeout'), closedAfterPing('client')),
    killedBy: ['forgives-silence', 'gives-silence-another-code'],
  },
  {
    id: 'connection.answered-pings.kept',
    proves: 'connection.heartbeat.kept',
    waitSeconds: latestOf('heartbeat_seconds', 'pong_timeout_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const client = await drive.connect('client', clientId)
      const latest = latestOf('heartbeat_seconds', 'pong_timeout_seconds')(drive.advertised)
      await client.ended(latest * 1000)
      const data = drive.text()
      await drive.post('post', clientId, data)
      await client.message(data)
    },
    control: all(welcomed('client'), hasPing('client')),
    judge: undisturbed('client', 'post'),
    killedBy: ['ends-quiet-connections'],
  },
]
