/** Checks of the chapter control about presence: what a disconnect makes the service report, and when. */

import { type Check, waitFor } from '../check.ts'
import { disconnect, revoke } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import { afterGrace, goOnline, type Online } from '../drive/online.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { countsClosed, reportedInOrder } from '../judges/control.ts'
import { all, each, type Judge } from '../judges/finding.ts'
import { reportedAheadOf, reportedGone, waitedForGrace } from '../judges/presence.ts'
import { seconds } from '../timeline/timeline.ts'

const NEEDS = {
  needs: ['webhooks'],
  profiles: ['presence'],
  waitSeconds: waitFor('presence_grace_seconds'),
} as const satisfies Partial<Check>

/** The client id that the reports about a client name. */
function idOf({ webhooks }: Online): string {
  return webhooks.attempts.entries[0]?.fields.from ?? ''
}

/** Leaves so that a grace begins, and waits until the service has seen it. */
async function leave({ connection }: Online): Promise<void> {
  connection.close(1001)
  await connection.ended()
}

/** Waits for the report that each of these went, the grace included. */
async function awaitReports(drive: Drive, ...clients: readonly Online[]): Promise<void> {
  await Promise.all(
    clients.map(({ webhooks }) => webhooks.event('disconnected', undefined, afterGrace(drive))),
  )
}

/** Ends two clients, one of them with its tokens, while the grace of a third runs. */
async function endTwo(drive: Drive, alreadyLeft: boolean): Promise<void> {
  const [client, revoked, twin] = await Promise.all(
    ['client', 'revoked', 'twin'].map((as) => goOnline(drive, as)),
  )
  if (!client || !revoked || !twin) return
  await leave(twin)
  if (alreadyLeft) await Promise.all([leave(client), leave(revoked)])
  await drive.pass(seconds(drive.advertised, 'presence_grace_seconds') / 4)
  await disconnect(drive, 'disconnect', idOf(client))
  await revoke(drive, 'revocation', idOf(revoked))
  await awaitReports(drive, client, revoked, twin)
}

/** Both are reported ahead of the third, and with this reason. */
function bothGone(reason: string): Judge {
  return each(['client', 'revoked'], (as) =>
    all(reportedAheadOf(as, 'twin'), reportedGone(as, reason)),
  )
}

/** In the order of the chapter. */
export const CONTROL_PRESENCE_CHECKS: readonly Check[] = [
  {
    ...NEEDS,
    id: 'control.disconnected.reported',
    proves: 'control.presence.reported',
    drive: (drive) => endTwo(drive, false),
    control: all(
      waitedForGrace('twin'),
      closed('client', 'disconnected-by-application'),
      closed('revoked', 'disconnected-by-application'),
    ),
    judge: bothGone('disconnected-by-application'),
    killedBy: ['waits-after-disconnect', 'reports-disconnect-as-closed'],
  },
  {
    ...NEEDS,
    id: 'control.returned-client.reported',
    proves: 'control.presence.reported',
    drive: async (drive) => {
      const client = await goOnline(drive, 'client')
      await leave(client)
      const back = await drive.connect('back', idOf(client))
      await disconnect(drive, 'disconnect', idOf(client))
      await back.ended()
      await awaitReports(drive, client)
    },
    control: all(welcomed('back'), closed('back', 'disconnected-by-application')),
    judge: reportedInOrder('client', ['connected', 'disconnected'], 'disconnected-by-application'),
    killedBy: ['forgets-disconnects-of-those-who-returned', 'reports-disconnect-as-closed'],
  },
  {
    ...NEEDS,
    id: 'control.grace.cut',
    proves: 'control.grace.ended',
    drive: (drive) => endTwo(drive, true),
    control: all(
      waitedForGrace('twin'),
      countsClosed('disconnect', 0),
      countsClosed('revocation', 0),
    ),
    judge: bothGone('lost'),
    killedBy: ['keeps-grace-at-disconnect', 'renames-reason-of-ended-grace'],
  },
  {
    ...NEEDS,
    id: 'control.ended-grace.over',
    proves: 'control.grace.ended',
    waitSeconds: waitFor('presence_grace_seconds', 'presence_interval_seconds'),
    drive: async (drive) => {
      const client = await goOnline(drive, 'client')
      await leave(client)
      await disconnect(drive, 'disconnect', idOf(client))
      await awaitReports(drive, client)
      const again = await drive.connect('again', idOf(client))
      await client.webhooks.event('connected', ({ fields }) => Number(fields.version) > 1)
      // The grace that was ended would pass now.
      await drive.pass(seconds(drive.advertised, 'presence_grace_seconds'))
      again.close(1000)
      await again.ended()
      await client.webhooks.event('disconnected', ({ fields }) => Number(fields.version) > 2)
    },
    control: all(countsClosed('disconnect', 0), welcomed('again'), closed('again', 'closed')),
    judge: reportedInOrder(
      'client',
      ['connected', 'disconnected', 'connected', 'disconnected'],
      'closed',
    ),
    killedBy: ['runs-out-ended-grace'],
  },
]
