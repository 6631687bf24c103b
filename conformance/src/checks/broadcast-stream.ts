/** Checks of the chapter broadcast about order and counters; each disturbs everybody who is connected. */

import type { Check } from '../check.ts'
import { startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import { gapless, idsApart, welcomedAfter, welcomedBefore } from '../judges/broadcast.ts'
import { welcomed } from '../judges/connection.ts'
import { constantEpoch, split } from '../judges/connection-takeover.ts'
import { all } from '../judges/finding.ts'
import {
  accepted,
  arrived,
  contiguous,
  continuesWelcome,
  inOrder,
  notTaken,
} from '../judges/message.ts'
import { BROADCASTS } from '../judges/stream.ts'

/** More broadcasts than most checks send, so that rare defects have room to show. */
const MANY = 25
const NEWCOMERS = Array.from({ length: 8 }, (_, place) => `newcomer ${place + 1}`)

/** Posts before, during and after a takeover; few enough to be over soon. */
const BEFORE = 3
const DURING = 8
const AFTER = 2

function texts(drive: Drive, count: number): string[] {
  return Array.from({ length: count }, () => drive.text())
}

/** In the order of the chapter. */
export const BROADCAST_STREAM_CHECKS: readonly Check[] = [
  {
    id: 'broadcast.welcome.counted',
    proves: 'broadcast.welcome.counters',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const clientId = drive.clientId()
      await drive.connect('first', clientId)
      for (const text of texts(drive, 3)) await broadcasting.post('post', text)
      // Messages have counters of their own, which are not those of broadcasts.
      for (const text of texts(drive, 2)) await drive.post('message', clientId, text)
      await drive.connect('second', drive.clientId())
      await drive.connect('takeover', clientId)
    },
    control: all(welcomed('first'), welcomed('second'), welcomed('takeover'), accepted('post')),
    judge: all(
      welcomedBefore('first', 'post'),
      welcomedAfter('second', 'post'),
      welcomedAfter('takeover', 'post'),
    ),
    killedBy: [
      'welcomes-without-broadcast-counters',
      'welcomes-with-broadcast-seq-zero',
      'welcomes-with-older-broadcast-seq',
      'welcomes-with-own-epoch-for-broadcasts',
    ],
  },
  {
    id: 'broadcast.seq.counted',
    proves: 'broadcast.seq.contiguous',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      for (const text of texts(drive, 4)) await broadcasting.post('post', text)
      for (const data of ['', 'x'.repeat((drive.advertised.limits.data_bytes ?? 0) + 1)]) {
        await broadcasting.post('refused', data)
        await broadcasting.post('post', drive.text())
      }
      const connection = await drive.connect('client', drive.clientId())
      await broadcasting.postTogether('burst', texts(drive, 6))
      await broadcasting.fence('last', connection)
    },
    control: all(accepted('post'), notTaken('refused'), welcomed('client')),
    judge: all(
      contiguous(['post', 'burst', 'last'], ['burst']),
      continuesWelcome('client', BROADCASTS),
    ),
    killedBy: [
      'skips-a-broadcast-number',
      'numbers-refused-broadcasts',
      'welcomes-with-broadcast-seq-zero',
      'welcomes-with-older-broadcast-seq',
    ],
  },
  {
    id: 'broadcast.newcomers.joined',
    proves: 'broadcast.seq.contiguous',
    alone: ['broadcasts'],
    slow: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connections = []
      for (const as of NEWCOMERS) {
        const { connectUrl: url, token } = await drive.mint(as, drive.clientId())
        const coming = drive.open(as, { url, token })
        await broadcasting.postTogether('during', texts(drive, 1))
        await broadcasting.post('during', drive.text())
        const connection = await coming
        await connection.welcome()
        connections.push(connection)
        await broadcasting.post('during', drive.text())
      }
      await broadcasting.fence('last', ...connections)
    },
    control: all(...NEWCOMERS.map(welcomed), accepted('during'), accepted('last')),
    judge: all(...NEWCOMERS.map((client) => gapless(client, 'last'))),
    killedBy: [
      'broadcasts-before-welcome',
      'reads-broadcast-counters-early',
      'skips-a-broadcast-number',
      'welcomes-with-broadcast-seq-zero',
      'welcomes-with-older-broadcast-seq',
    ],
  },
  {
    id: 'broadcast.seq.apart',
    proves: 'broadcast.seq.separate',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const clientId = drive.clientId()
      await broadcasting.post('broadcast', drive.text())
      await drive.post('message', clientId, drive.text())
      const connection = await drive.connect('client', clientId)
      await broadcasting.post('broadcast', drive.text())
      const data = drive.text()
      await drive.post('message', clientId, data)
      await drive.post('message', clientId, drive.text())
      await broadcasting.fence('broadcast', connection)
      await connection.message(data)
    },
    control: all(accepted('broadcast'), accepted('message'), welcomed('client')),
    judge: all(contiguous(['broadcast']), contiguous(['message'])),
    killedBy: ['numbers-messages-among-broadcasts', 'numbers-broadcasts-among-messages'],
  },
  {
    id: 'broadcast.ids.unique',
    proves: 'broadcast.id.unique',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const clientId = drive.clientId()
      for (const text of texts(drive, 4)) {
        await drive.post('message', clientId, text)
        await broadcasting.post('broadcast', text)
      }
    },
    control: all(accepted('broadcast'), accepted('message')),
    judge: idsApart('broadcast', 'message'),
    killedBy: ['names-broadcasts-alike', 'names-broadcasts-after-messages'],
  },
  {
    id: 'broadcast.order.kept',
    proves: 'broadcast.order.delivered',
    alone: ['broadcasts'],
    slow: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const connection = await drive.connect('client', drive.clientId())
      const other = await drive.connect('other client', drive.clientId())
      for (const text of texts(drive, MANY)) await broadcasting.post('post', text)
      await broadcasting.postTogether('burst', texts(drive, 8))
      await broadcasting.fence('fence', connection, other)
    },
    control: arrived('client', 'fence', BROADCASTS),
    judge: all(inOrder('client', BROADCASTS), inOrder('other client', BROADCASTS)),
    killedBy: ['broadcasts-in-reverse-order', 'broadcasts-twice'],
  },
  {
    id: 'broadcast.takeover.split',
    proves: 'broadcast.takeover.split',
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const clientId = drive.clientId()
      const old = await drive.connect('old', clientId)
      for (const text of texts(drive, BEFORE)) await broadcasting.post('post', text)
      let isThere = false
      const coming = drive.connect('new', clientId).then((connection) => {
        isThere = true
        return connection
      })
      // Where it fails while posts are under way, it is waited for only after them.
      coming.catch(() => {})
      for (let posts = 0; posts < DURING && !isThere; posts += 1)
        await broadcasting.post('post', drive.text())
      const current = await coming
      for (const text of texts(drive, AFTER)) await broadcasting.post('post', text)
      await broadcasting.fence('fence', current)
      await old.ended()
    },
    control: all(welcomed('old'), welcomed('new'), arrived('new', 'fence', BROADCASTS)),
    judge: split('old', 'new', 'post', BROADCASTS),
    killedBy: [
      'repeats-newest-broadcast-after-takeover',
      'loses-broadcast-after-takeover',
      'broadcasts-before-welcome',
      'reads-broadcast-counters-early',
      'welcomes-with-broadcast-seq-zero',
      'welcomes-with-older-broadcast-seq',
    ],
  },
  {
    id: 'broadcast.epoch.kept',
    proves: 'broadcast.epoch.constant',
    alone: ['broadcasts'],
    slow: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      await broadcasting.post('before', drive.text())
      await drive.connect('client', drive.clientId())
      for (const text of texts(drive, MANY)) await broadcasting.post('post', text)
    },
    control: all(welcomed('client'), accepted('post')),
    judge: constantEpoch('client', 'post', BROADCASTS),
    killedBy: ['changes-broadcast-epoch-silently', 'welcomes-with-own-epoch-for-broadcasts'],
  },
]
