/** Checks of the chapter presence, section reading: that what is read does not go back, and misses nobody, while clients come and go. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { forAMoment } from '../drive/losing.ts'
import type { Connection } from '../drive/socket.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { returnedInTime } from '../judges/presence.ts'
import {
  listed,
  listsEvery,
  onSeveralPages,
  readsBothStates,
  readsNeverOlder,
  readsOnline,
  readsSameSince,
} from '../judges/presence-read.ts'
import { readObject, seconds } from '../timeline/timeline.ts'

const READER = 'reader'
/** Part of a grace that somebody is away. */
const A_WHILE = 0.25
const FEW_ON_A_PAGE = { presence_page: 3 }
const CROWD = 10
const CLIENT = 'client'

/** Reads a client id until it is as it is to be, or a moment is over. */
async function readUntil(drive: Drive, clientId: string, online: boolean): Promise<void> {
  await forAMoment(drive, async () => {
    const query = { client_id: clientId }
    const answer = await drive.call(READER, 'GET', '/v1/presence', { query })
    return readObject(answer?.body ?? '')?.online === online
  })
}

async function comeAndBeRead(drive: Drive, clientId: string): Promise<() => Promise<void>> {
  const connection = await drive.connect(CLIENT, clientId)
  await readUntil(drive, clientId, true)
  return async () => {
    connection.close(1000)
    await connection.ended()
    await readUntil(drive, clientId, false)
  }
}

/** Reads a page of the list and answers what it has. */
async function readPage(
  drive: Drive,
  cursor?: string,
): Promise<{ readonly clientIds: readonly unknown[]; readonly next: string | undefined }> {
  const query = cursor === undefined ? {} : { cursor }
  const answer = await drive.call('page', 'GET', '/v1/presence', { query })
  const { clients, next_cursor: next } = readObject(answer?.body ?? '') ?? {}
  return {
    clientIds: Array.isArray(clients) ? clients.map((entry) => entry?.client_id) : [],
    next: typeof next === 'string' ? next : undefined,
  }
}

/** In the order of the chapter. */
export const PRESENCE_READS_CHECKS: readonly Check[] = [
  {
    id: 'presence.reads-of-cancelled.growing',
    proves: 'presence.read.newer',
    waitSeconds: waitFor('presence_interval_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      await readUntil(drive, clientId, false)
      // Too soon for the pace of reports: pairs of these cancel each other out, and nobody is told of them.
      for (let times = 0; times < 3; times += 1) await (await comeAndBeRead(drive, clientId))()
      await comeAndBeRead(drive, clientId)
      await drive.pass(seconds(drive.advertised, 'presence_interval_seconds') || 0)
      await readUntil(drive, clientId, true)
    },
    control: all(welcomed(CLIENT), readsBothStates(READER)),
    judge: readsNeverOlder(READER),
    killedBy: ['reads-versions-that-were-told', 'reads-first-version-of-online'],
  },
  {
    id: 'presence.read-after-return.keeps-since',
    proves: 'presence.read.online',
    waitSeconds: waitFor('presence_grace_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const query = { client_id: clientId }
      const first = await drive.connect('before', clientId)
      await drive.call('read before', 'GET', '/v1/presence', { query })
      const { token, connectUrl: url } = await drive.mint(CLIENT, clientId)
      first.close(1001)
      await first.ended()
      await drive.pass(seconds(drive.advertised, 'presence_grace_seconds') * A_WHILE)
      const again = await drive.open(CLIENT, { url, token })
      await again.welcome()
      await drive.call(READER, 'GET', '/v1/presence', { query })
    },
    control: all(welcomed('before'), welcomed(CLIENT), returnedInTime('before', CLIENT)),
    judge: all(readsOnline(READER, CLIENT, 1), readsSameSince(READER, 'read before')),
    killedBy: ['reads-since-of-return', 'reads-since-of-connection'],
  },
  {
    id: 'presence.list-while-leaving.holds-all',
    proves: 'presence.list.complete',
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const instance = await drive.launch('instance', undefined, { limits: FEW_ON_A_PAGE })
      const clients = new Map<unknown, Connection>()
      for (let count = 0; count < CROWD; count += 1) {
        const clientId = instance.drive.clientId()
        clients.set(clientId, await instance.drive.connect('crowd', clientId))
      }
      let { clientIds, next } = await readPage(instance.drive)
      for (const clientId of clientIds) {
        const client = clients.get(clientId)
        client?.close(1000)
        await client?.ended()
        if (client) await readUntil(instance.drive, String(clientId), false)
      }
      for (let pages = 1; next !== undefined && pages < CROWD; pages += 1)
        ({ clientIds, next } = await readPage(instance.drive, next))
    },
    control: all(welcomed('crowd'), listed('page'), onSeveralPages('page')),
    judge: listsEvery('page', 'crowd'),
    killedBy: ['pages-by-offset'],
  },
  {
    id: 'presence.reads-over-a-return.growing',
    proves: 'presence.read.newer',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const leave = await comeAndBeRead(drive, clientId)
      await leave()
      const again = await drive.connect(CLIENT, clientId)
      await readUntil(drive, clientId, true)
      again.drop()
      await readUntil(drive, clientId, true)
      await comeAndBeRead(drive, clientId)
    },
    control: all(welcomed(CLIENT), readsBothStates(READER)),
    judge: readsNeverOlder(READER),
    killedBy: ['reads-first-version-of-online'],
  },
]
