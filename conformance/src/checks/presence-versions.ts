/** Checks of the chapter presence, section versions: how reports are numbered, replaced, cancelled and paced. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { comeAndGo, type Online } from '../drive/online.ts'
import { all } from '../judges/finding.ts'
import { FENCE, fencePassed, reported, silentUntilFence } from '../judges/presence.ts'
import {
  alternating,
  answeredInTime,
  goneByFence,
  growing,
  heldAlone,
  numberedByParity,
  oldNotRepeated,
  paced,
} from '../judges/presence-version.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

const INTERVAL = waitFor('presence_interval_seconds')

/** Comes, goes and comes again, each after the report of what was before. */
async function comeBack(drive: Drive): Promise<Online> {
  const { clientId, webhooks } = await comeAndGo(drive, 'client')
  const connection = await drive.connect('client', clientId)
  const patienceMs =
    drive.patienceMs + seconds(drive.advertised, 'presence_interval_seconds') * 1000
  await webhooks.first(3, patienceMs)
  return { clientId, connection, webhooks }
}

/** Goes and comes back `times` while the report of the first coming is unanswered; then goes for good. */
async function returnWhileHeld(drive: Drive, times: number): Promise<void> {
  const clientId = drive.clientId()
  const held = Promise.withResolvers<{ readonly status: number }>()
  const webhooks = drive.webhooks('client', clientId, (_attempt, number) =>
    number === 1 ? { hold: held.promise } : { status: 204 },
  )
  // Minted beforehand, because the first report cannot be held for long.
  const tokens = await Promise.all(
    Array.from({ length: times }, () => drive.mint('client', clientId)),
  )
  let connection = await drive.connect('client', clientId)
  await webhooks.event('connected')
  for (const { token, connectUrl: url } of tokens) {
    connection.close(1000)
    await connection.ended()
    connection = await drive.open('client', { url, token })
    await connection.welcome()
  }
  held.resolve({ status: 204 })
  // Whatever is still owed comes by then.
  await webhooks.first(2, latestSeconds(drive.advertised, 'presence_interval_seconds') * 1000)
  drive.note(FENCE, 'the first report is acknowledged and the client is online')
  connection.close(1000)
  const patienceMs =
    drive.patienceMs + seconds(drive.advertised, 'presence_interval_seconds') * 1000
  await webhooks.event('disconnected', undefined, patienceMs)
}

/** In the order of the chapter. */
export const PRESENCE_VERSION_CHECKS: readonly Check[] = [
  {
    id: 'presence.versions.odd-and-even',
    proves: 'presence.version.parity',
    needs: ['webhooks'],
    drive: async (drive) => {
      await comeAndGo(drive, 'client')
    },
    control: all(reported('client', 'connected'), reported('client', 'disconnected')),
    judge: numberedByParity('client'),
    killedBy: ['numbers-reports-one-too-high'],
  },
  {
    id: 'presence.versions.growing',
    proves: 'presence.version.grows',
    needs: ['webhooks'],
    waitSeconds: INTERVAL,
    drive: async (drive) => {
      await comeBack(drive)
    },
    control: all(reported('client', 'connected'), reported('client', 'disconnected')),
    judge: growing('client'),
    killedBy: ['begins-versions-anew'],
  },
  {
    id: 'presence.flapping.alternates',
    proves: 'presence.version.alternates',
    needs: ['webhooks'],
    waitSeconds: latestOf('presence_interval_seconds'),
    drive: (drive) => returnWhileHeld(drive, 2),
    control: all(answeredInTime('client'), heldAlone('client'), fencePassed('client')),
    judge: alternating('client'),
    killedBy: ['ignores-parity'],
  },
  {
    id: 'presence.overtaken.not-attempted',
    proves: 'presence.version.newest',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_interval_seconds', {
      list: 'webhook_retry_seconds',
      entries: 1,
    }),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const held = Promise.withResolvers<{ readonly status: number }>()
      const webhooks = drive.webhooks('client', clientId, (_attempt, number) =>
        number === 1 ? { hold: held.promise } : { status: 204 },
      )
      const connection = await drive.connect('client', clientId)
      await webhooks.event('connected')
      connection.close(1000)
      await connection.ended()
      drive.note(FENCE, 'a newer version exists')
      held.resolve({ status: 500 })
      const gone = await webhooks.event('disconnected')
      const [retry = 1] = [drive.advertised.timings.webhook_retry_seconds].flat()
      await drive.pass((retry ?? 1) * 1.2)
      await drive.connect('client', clientId)
      await webhooks.event(
        'connected',
        ({ fields }) => Number(fields.version) > Number(gone?.fields.version),
      )
    },
    control: all(answeredInTime('client'), heldAlone('client'), goneByFence('client')),
    judge: oldNotRepeated('client'),
    killedBy: ['retries-overtaken-version'],
  },
  {
    id: 'presence.cancelled-pair.unsent',
    proves: 'presence.version.cancelled',
    needs: ['webhooks'],
    waitSeconds: latestOf('presence_interval_seconds'),
    drive: (drive) => returnWhileHeld(drive, 1),
    control: all(answeredInTime('client'), heldAlone('client'), fencePassed('client')),
    judge: silentUntilFence('client', 'a state that the application has acknowledged'),
    killedBy: ['ignores-parity'],
  },
  {
    id: 'presence.third-version.paced',
    proves: 'presence.version.paced',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_interval_seconds', 'presence_interval_seconds'),
    drive: async (drive) => {
      const { connection, webhooks } = await comeBack(drive)
      connection.close(1000)
      const intervalMs = seconds(drive.advertised, 'presence_interval_seconds') * 1000
      await webhooks.first(4, drive.patienceMs + intervalMs)
    },
    control: reported('client', 'disconnected', 2),
    judge: all(paced('client', 3), paced('client', 4)),
    killedBy: ['sends-versions-at-once', 'paces-the-third-version-alone'],
  },
]
