/** Checks of the heartbeat. */

import type { Check } from '../check.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { closedAfterPing, hasPing, heartbeats, pinged } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

/** In the order of the chapter. */
export const CONNECTION_HEARTBEAT_CHECKS: readonly Check[] = [
  {
    id: 'connection.silence.pinged',
    proves: 'connection.heartbeat.ping',
    waitSeconds: latestOf('heartbeat_seconds'),
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId())
      const latest = latestSeconds(drive.advertised, 'heartbeat_seconds')
      await client.frames.find(({ type }) => type === 'ping', latest * 1000)
    },
    control: welcomed('client'),
    judge: pinged('client'),
    killedBy: ['never-pings'],
  },
  {
    id: 'connection.silence.announced',
    proves: 'connection.heartbeat.envelope',
    waitSeconds: latestOf('heartbeat_seconds', 'heartbeat_seconds'),
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId())
      const latest = latestSeconds(drive.advertised, 'heartbeat_seconds')
      await client.frames.collect(
        2,
        ({ type, text }) => type === 'text' && text.includes('"heartbeat"'),
        latest * 2000,
      )
    },
    control: welcomed('client'),
    judge: heartbeats('client', 2),
    killedBy: ['sends-no-heartbeat', 'sends-heartbeats-late'],
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
