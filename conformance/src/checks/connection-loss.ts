/** Checks of connections that are lost without a Close frame: nothing of them is counted any more. */

import type { Check } from '../check.ts'
import { revoke, tryToken } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import { inBatches, OPENED_PER_SECOND, openOne } from '../drive/fill-up.ts'
import { connectToLose, forAMoment, LOSSES } from '../drive/losing.ts'
import { welcomed } from '../judges/connection.ts'
import { refusedForCapacity } from '../judges/drain.ts'
import { all, each } from '../judges/finding.ts'
import { uncountedAtLast, welcomedToTheLimit } from '../judges/loss.ts'
import { countsConnections } from '../judges/message.ts'
import { readsGrace } from '../judges/presence-read.ts'
import { readObject } from '../timeline/timeline.ts'

const FEW = 12
/** What no service has minted. */
const FORGED = 'forged'
/** What becomes of the connections that stood in the way: one of three says goodbye. */
const ENDINGS = [...LOSSES, 'closed'] as const

/** A connection that stands in the way; the function returned ends it, in a way that its place decides. */
async function connectToEnd(drive: Drive, place: number): Promise<() => unknown> {
  const ending = ENDINGS[place % ENDINGS.length] ?? 'closed'
  if (ending !== 'closed') return connectToLose(drive, 'before', ending)
  const client = await drive.connect('before', drive.clientId())
  return () => {
    client.close(1000)
    return client.ended()
  }
}

/** Tries for a moment to be welcomed where all before have ended; whether it was. */
async function comeAfter(drive: Drive): Promise<boolean> {
  let isWelcome = false
  await forAMoment(drive, async () => {
    const client = await openOne(drive, 'after')
    const welcome = await Promise.race([client.welcome(), client.ended().then(() => {})])
    isWelcome = welcome !== undefined
    return isWelcome
  })
  return isWelcome
}

/** Connections that end in the other ways: replaced, refused, and closed by the service. */
async function endOtherwise(drive: Drive): Promise<void> {
  const clientId = drive.clientId()
  const older = await drive.connect('between', clientId)
  const newer = await drive.connect('between', clientId)
  await older.ended()
  newer.send('what no client has to say')
  await newer.ended()
  const { connectUrl: url } = await drive.mint('forged', clientId)
  const forged = await drive.open('forged', { url, token: FORGED })
  await forged.ended()
  if (!drive.advertised.profiles.includes('control')) return
  const dead = await drive.mint('revoked', clientId)
  await revoke(drive, 'revocation', clientId)
  const revoked = await tryToken(drive, 'revoked', dead)
  await revoked.ended()
}

/** In the order of the chapters. */
export const CONNECTION_LOSS_CHECKS: readonly Check[] = [
  {
    id: 'connection.lost.freed',
    proves: 'connection.capacity.freed',
    alone: true,
    limits: { connections: FEW },
    waitSeconds: ({ limits }) =>
      (2 * (limits.connections ?? Number.POSITIVE_INFINITY)) / OPENED_PER_SECOND,
    drive: async (drive) => {
      const limit = drive.advertised.limits.connections ?? 0
      const ends = await inBatches(limit, (place) => connectToEnd(drive, place))
      const beyond = await openOne(drive, 'beyond')
      await Promise.race([beyond.welcome(), beyond.ended()])
      await Promise.all(ends.map((end) => end()))
      await endOtherwise(drive)
      let isFull = false
      await inBatches(limit, async () => {
        if (isFull) return
        const isWelcome = await comeAfter(drive)
        isFull ||= !isWelcome
      })
    },
    control: all(welcomedToTheLimit('before'), refusedForCapacity('beyond')),
    judge: welcomedToTheLimit('after'),
    killedBy: [
      'counts-lost-connections-against-the-limit',
      'counts-replaced-connections-against-the-limit',
      'counts-refused-connections-against-the-limit',
      'counts-revoked-connections-against-the-limit',
    ],
  },
  {
    id: 'message.lost-connections.uncounted',
    proves: 'message.post.connections',
    drive: async (drive) => {
      for (const loss of LOSSES) {
        const clientId = drive.clientId()
        const lose = await connectToLose(drive, loss, loss, clientId)
        await drive.post(`before ${loss}`, clientId, drive.text())
        lose()
        await forAMoment(drive, async () => {
          const receipt = await drive.post(`after ${loss}`, clientId, drive.text())
          return receipt?.connections === 0
        })
      }
    },
    control: each(LOSSES, (loss) => countsConnections(`before ${loss}`, 1)),
    judge: each(LOSSES, (loss) => uncountedAtLast(`after ${loss}`)),
    killedBy: ['counts-lost-connections', 'counts-connection-in-grace'],
  },
  {
    id: 'presence.read-lost.in-grace',
    proves: 'presence.read.grace',
    drive: async (drive) => {
      for (const loss of LOSSES) {
        const clientId = drive.clientId()
        const lose = await connectToLose(drive, loss, loss, clientId)
        lose()
        await forAMoment(drive, async () => {
          const query = { client_id: clientId }
          const answer = await drive.call(`read ${loss}`, 'GET', '/v1/presence', { query })
          return readObject(answer?.body ?? '')?.connection_id === undefined
        })
      }
    },
    control: each(LOSSES, welcomed),
    judge: each(LOSSES, (loss) => readsGrace(`read ${loss}`, loss)),
    killedBy: ['reads-lost-connections', 'reads-grace-as-offline', 'skips-grace'],
  },
]
