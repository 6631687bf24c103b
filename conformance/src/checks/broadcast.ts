/** Checks of the chapter broadcast about posting and about who gets what; each disturbs everybody who is connected. */

import type { Check } from '../check.ts'
import { waitFor } from '../check.ts'
import { broadcastOn, startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import { fillQueue, stopReading } from '../drive/slow-reader.ts'
import type { Connection } from '../drive/socket.ts'
import { countsReached, identical } from '../judges/broadcast.ts'
import { answeredAs } from '../judges/call.ts'
import { welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, arrived, countsConnections, dataOf, delivered } from '../judges/message.ts'
import { firstDelivered, undisturbed } from '../judges/neighbour.ts'
import { refused } from '../judges/problem.ts'
import { BROADCASTS } from '../judges/stream.ts'
import { neverReached } from '../judges/token.ts'
import { DELICATE_DATA } from './message.ts'
import { FLOOR_BYTES } from './message-data.ts'

/** More clients than a service has by accident, fewer than every service can hold. */
const CROWD = Array.from({ length: 40 }, (_, place) => `client ${place + 1}`)
/** Seconds of a short life, and after it until every clock has seen its end. */
const SHORT = 2
const AFTER = 0.1
const CLOSING = 4

/** Connects one client id of its own under each of these roles. */
function connectAll(drive: Drive, roles: readonly string[]): Promise<Connection[]> {
  return Promise.all(roles.map((as) => drive.connect(as, drive.clientId())))
}

/** In the order of the chapter. */
export const BROADCAST_CHECKS: readonly Check[] = [
  {
    id: 'broadcast.post.receipted',
    proves: 'broadcast.post.receipt',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      await broadcasting.post('nobody there', drive.text())
      await drive.connect('client', drive.clientId())
      await broadcasting.post('somebody there', drive.text())
    },
    judge: each(['nobody there', 'somebody there'], (as) => answeredAs(as, 200, 'Receipt')),
    killedBy: ['answers-broadcast-without-seq', 'writes-broadcast-epoch-as-text'],
  },
  {
    id: 'broadcast.connections.counted',
    proves: 'broadcast.post.connections',
    // Whoever comes or goes meanwhile is counted too.
    alone: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      await broadcasting.post('before', drive.text())
      const moving = drive.clientId()
      const one = await drive.connect('one', moving)
      await broadcasting.fence('first', one)
      const [two, three] = await connectAll(drive, ['two', 'three'])
      if (!two || !three) return
      await broadcasting.fence('count', one, two, three)
      const again = await drive.connect('one again', moving)
      await one.ended()
      await broadcasting.fence('count', again, two, three)
      two.close(1000)
      three.close(1001)
      await Promise.all([two.ended(), three.ended()])
      await broadcasting.fence('count', again)
      again.close(1000)
      await again.ended()
      await broadcasting.post('count', drive.text())
    },
    control: all(
      each(['one', 'two', 'three', 'one again'], welcomed),
      accepted('count'),
      arrived('one', 'first', BROADCASTS),
    ),
    judge: countsReached('count', 'before', [['one', 'one again'], ['two'], ['three']]),
    killedBy: [
      'counts-one-connection-for-all',
      'counts-everybody-who-was-there',
      'counts-connections-of-last-broadcast',
    ],
  },
  {
    id: 'broadcast.nobody.counted',
    proves: 'broadcast.post.connections',
    needs: ['exec'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      await startBroadcasting(drive).post('nobody there', drive.text())
    },
    judge: countsConnections('nobody there', 0),
    killedBy: ['counts-one-connection-for-all'],
  },
  {
    id: 'broadcast.everybody.reached',
    proves: 'broadcast.post.deliver',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connections = await connectAll(drive, CROWD)
      await broadcasting.post('post', drive.text())
      await broadcasting.fence('post', ...connections)
    },
    control: all(each(CROWD, welcomed), accepted('post')),
    judge: each(CROWD, (client) => delivered(client, 'post', BROADCASTS)),
    killedBy: [
      'broadcasts-to-twenty',
      'forgets-newest-client',
      'broadcasts-as-message',
      'names-another-broadcast',
    ],
  },
  {
    id: 'broadcast.returned.reached',
    proves: 'broadcast.post.deliver',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const [moving, leaving, lost] = [drive.clientId(), drive.clientId(), drive.clientId()]
      const old = await drive.connect('before takeover', moving)
      const gone = await drive.connect('before goodbye', leaving)
      const reloading = await drive.connect('before reload', lost)
      await broadcasting.fence('early', old, gone, reloading)
      const taken = await drive.connect('after takeover', moving)
      gone.close(1000)
      reloading.close(1001)
      await Promise.all([old.ended(), gone.ended(), reloading.ended()])
      const back = await drive.connect('after goodbye', leaving)
      const reloaded = await drive.connect('after reload', lost)
      await broadcasting.post('post', drive.text())
      await broadcasting.fence('post', taken, back, reloaded)
    },
    control: each(['before takeover', 'before goodbye', 'before reload'], (client) =>
      arrived(client, 'early', BROADCASTS),
    ),
    judge: each(['after takeover', 'after goodbye', 'after reload'], (client) =>
      delivered(client, 'post', BROADCASTS),
    ),
    killedBy: [
      'broadcasts-to-first-connections',
      'loses-broadcast-after-takeover',
      'stops-at-clients-that-left',
      'names-another-broadcast',
    ],
  },
  {
    id: 'broadcast.vanished.passed-over',
    proves: 'broadcast.post.deliver',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const first = await drive.connect('first', drive.clientId())
      const vanishing = await connectAll(drive, ['one', 'two', 'three'])
      const last = await drive.connect('last', drive.clientId())
      await broadcasting.fence('control', first, last)
      for (const connection of vanishing) {
        connection.drop()
        await broadcasting.post('post', drive.text())
      }
      await broadcasting.fence('post', first, last)
    },
    control: all(arrived('first', 'control', BROADCASTS), arrived('last', 'control', BROADCASTS)),
    judge: each(['first', 'last'], (client) => delivered(client, 'post', BROADCASTS)),
    killedBy: ['stops-at-clients-that-left', 'names-another-broadcast'],
  },
  {
    id: 'broadcast.data.unchanged',
    proves: 'broadcast.post.deliver',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connections = await connectAll(drive, ['client', 'other client'])
      for (const data of DELICATE_DATA) await broadcasting.post('post', data)
      for (const data of ['again', 'again', 'x'.repeat(FLOOR_BYTES)])
        await broadcasting.post('post', data)
      await broadcasting.fence('fence', ...connections)
    },
    control: arrived('client', 'fence', BROADCASTS),
    judge: each(['client', 'other client'], (client) => delivered(client, 'post', BROADCASTS)),
    killedBy: [
      'trims-broadcasts',
      'cuts-long-broadcasts',
      'sends-long-messages-as-binary',
      'sends-long-messages-in-a-list',
      'drops-repeated-broadcasts',
      'names-another-broadcast',
    ],
  },
  {
    id: 'broadcast.frames.identical',
    proves: 'broadcast.frame.identical',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const roles = ['client', 'other client', 'third client']
      const connections = await connectAll(drive, roles)
      // A message of its own must not show in what one client is sent afterwards.
      await drive.post('message', drive.clientId(), drive.text())
      for (const data of DELICATE_DATA) await broadcasting.post('post', data)
      await broadcasting.fence('post', ...connections)
    },
    control: arrived('client', 'post', BROADCASTS),
    judge: identical(['client', 'other client', 'third client'], 'post'),
    killedBy: ['addresses-broadcasts', 'escapes-broadcasts-for-some'],
  },
  {
    id: 'broadcast.slow-reader.alone',
    proves: 'broadcast.slow.others',
    alone: ['broadcasts'],
    slow: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const neighbour = await drive.connect('neighbour', drive.clientId())
      let isServed = true
      const serve = async (): Promise<void> => {
        const data = drive.text()
        await broadcasting.post('post', data)
        isServed = (await broadcastOn(neighbour, data)) !== undefined
      }
      await serve()
      const clientId = drive.clientId()
      const { isOver } = await stopReading(drive, clientId)
      await fillQueue(drive, clientId, async () => !isServed || (await isOver()), serve)
    },
    control: firstDelivered('neighbour', 'post', BROADCASTS),
    judge: undisturbed('neighbour', 'post', BROADCASTS),
    killedBy: ['broadcasts-wait-for-slow-readers', 'holds-everyone-for-a-slow-reader'],
  },
  {
    id: 'broadcast.expiry.unsent',
    proves: 'broadcast.expiry.silent',
    alone: ['broadcasts'],
    waitSeconds: waitFor(SHORT, 2),
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connection = await drive.connect('client', drive.clientId(), { ttlSeconds: SHORT })
      await broadcasting.fence('control', connection)
      await drive.pass(SHORT + AFTER)
      await broadcasting.post('defect', drive.text())
      await connection.ended(CLOSING * 1000)
    },
    control: arrived('client', 'control', BROADCASTS),
    judge: neverReached('client', dataOf('defect')),
    killedBy: ['delivers-after-expiry', 'broadcasts-after-expiry'],
  },
  {
    id: 'token.key-absent-broadcast.refused',
    proves: 'token.key.required',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      await broadcasting.post('control', drive.text())
      await broadcasting.post('defect', drive.text(), { key: 'none' })
      await broadcasting.post('empty', '', { key: 'none' })
    },
    control: accepted('control'),
    judge: each(['defect', 'empty'], (as) => refused(as, 'invalid-application-key')),
    killedBy: ['broadcasts-without-key'],
  },
]
