/** Checks of the chapter cluster about presence: a client that changes nodes is the same client. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { Connection } from '../drive/socket.ts'
import type { Attempt, Webhooks } from '../drive/webhooks.ts'
import { readsAlike } from '../judges/cluster.ts'
import { welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { FENCE, fencePassed, reported, silentUntilFence } from '../judges/presence.ts'
import { listed, listsAll, readsOnline } from '../judges/presence-read.ts'
import { alternating, growing, numberedByParity } from '../judges/presence-version.ts'
import { readObject, seconds } from '../timeline/timeline.ts'

const NODES = { needs: ['nodes'] } as const satisfies Pick<Check, 'needs'>
const WEBHOOKS = { needs: ['nodes', 'webhooks'] } as const satisfies Pick<Check, 'needs'>
const MOST_PAGES = 400

/** Lets the grace of whatever ended before pass, and then the client say goodbye. */
async function leaveAfterGrace(
  drive: Drive,
  connection: Connection,
  webhooks: Webhooks,
): Promise<void> {
  await drive.pass(seconds(drive.advertised, 'presence_grace_seconds'))
  drive.note(FENCE, 'the grace has passed with the client online')
  connection.close(1000)
  await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
}

/** Reads every page, each at the node after that of the page before, in role `page`. */
async function readPagesInTurns(drive: Drive): Promise<void> {
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query: Record<string, string> = typeof cursor === 'string' ? { cursor } : {}
    const answer = await drive.node(page % 2).call('page', 'GET', '/v1/presence', { query })
    cursor = readObject(answer?.body ?? '')?.next_cursor
    if (typeof cursor !== 'string') return
  }
}

/** In the order of the chapter. */
export const CLUSTER_PRESENCE_CHECKS: readonly Check[] = [
  {
    ...WEBHOOKS,
    id: 'cluster.takeover.unreported',
    proves: 'cluster.presence.single',
    profiles: ['presence'],
    waitSeconds: waitFor('presence_grace_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const older = await drive.node(0).connect('older', clientId)
      await webhooks.event('connected')
      const newer = await drive.node(1).connect('newer', clientId)
      await older.ended()
      await leaveAfterGrace(drive, newer, webhooks)
    },
    control: all(welcomed('older'), welcomed('newer'), reported('client', 'connected')),
    judge: silentUntilFence('client', 'a takeover at another node'),
    killedBy: ['node-reports-for-itself', 'node-keeps-state-of-its-own'],
  },
  {
    ...WEBHOOKS,
    id: 'cluster.return-within-grace.silent',
    proves: 'cluster.presence.single',
    profiles: ['presence'],
    waitSeconds: waitFor('presence_grace_seconds', 'presence_grace_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const first = await drive.node(0).connect('first', clientId)
      await webhooks.event('connected')
      first.drop()
      await first.ended()
      const second = await drive.node(1).connect('second', clientId)
      await leaveAfterGrace(drive, second, webhooks)
    },
    control: all(welcomed('second'), fencePassed('client')),
    judge: silentUntilFence('client', 'a return at another node within the grace'),
    killedBy: ['node-keeps-state-of-its-own'],
  },
  {
    ...WEBHOOKS,
    id: 'cluster.versions.one-row',
    proves: 'cluster.presence.versions',
    profiles: ['presence'],
    waitSeconds: waitFor('presence_interval_seconds', 'presence_interval_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      for (const at of [0, 1]) {
        const connection = await drive.node(at).connect(`client at ${at}`, clientId)
        const id = (await connection.welcome())?.connection_id
        const isOfIt = ({ fields }: Attempt): boolean => fields.connection_id === id
        await webhooks.event('connected', isOfIt)
        connection.close(1000)
        await webhooks.event('disconnected', isOfIt)
      }
    },
    control: all(reported('client', 'connected', 2), reported('client', 'disconnected', 2)),
    judge: all(growing('client'), numberedByParity('client'), alternating('client')),
    killedBy: ['node-versions-for-itself'],
  },
  {
    ...NODES,
    id: 'cluster.read-at-another.online',
    proves: 'cluster.presence.read',
    profiles: ['presence-sync'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.node(0).connect('client', clientId)
      const query = { client_id: clientId }
      await drive.node(0).call('reader', 'GET', '/v1/presence', { query })
      await drive.node(1).call('other reader', 'GET', '/v1/presence', { query })
    },
    control: welcomed('client'),
    judge: all(readsOnline('other reader', 'client', 1), readsAlike('other reader', 'reader')),
    killedBy: ['node-reads-its-own-clients', 'node-keeps-state-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.list-in-turns.complete',
    proves: 'cluster.presence.listed',
    profiles: ['presence-sync'],
    alone: true,
    drive: async (drive) => {
      const count = Math.min((drive.advertised.limits.presence_page ?? 0) + 1, 20)
      for (let made = 0; made < count; made += 1)
        await drive.node(made % 2).connect('crowd', drive.clientId())
      await drive.node(0).connect('one', drive.clientId())
      await drive.node(1).connect('other', drive.clientId())
      await readPagesInTurns(drive)
    },
    control: each(['one', 'other'], welcomed),
    judge: all(listed('page'), listsAll('page', { one: 1, other: 1 })),
    killedBy: ['node-lists-its-own-clients', 'node-signs-cursors-with-a-key-of-its-own'],
  },
]
