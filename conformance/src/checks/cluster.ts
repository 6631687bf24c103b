/** Checks of the chapter cluster: what one node is told holds at the others. */

import type { Check } from '../check.ts'
import { startBroadcasting } from '../drive/broadcasting.ts'
import { startScene, together } from '../drive/coming-back.ts'
import { disconnect, revoke, tryToken } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import { keyedMessage, sendKeyed } from '../drive/keyed.ts'
import type { Connection } from '../drive/socket.ts'
import { announcesAlike, fillOneRow } from '../judges/cluster.ts'
import { closed, closedSaying, welcomed } from '../judges/connection.ts'
import { split } from '../judges/connection-takeover.ts'
import { countsClosed, refusedAsDead } from '../judges/control.ts'
import { all, each } from '../judges/finding.ts'
import { repeated } from '../judges/idempotency.ts'
import { accepted, arrived, countsConnections, delivered, inOrder } from '../judges/message.ts'
import { received, resumed } from '../judges/resume.ts'
import { BROADCASTS } from '../judges/stream.ts'

/** Posts made at both nodes at once; more than arrive in one piece. */
const AT_ONCE = 12
const BEFORE = 3
const DURING = 8

const NODES = { needs: ['nodes'] } as const satisfies Pick<Check, 'needs'>
const BY_MESSAGE = ['delivers-to-own-node-alone', 'node-keeps-state-of-its-own'] as const

/** Posts to one client id at both nodes at once; the roles. */
async function postAtBoth(drive: Drive, clientId: string): Promise<void> {
  await Promise.all(
    [0, 1].flatMap((at) => {
      const node = drive.node(at)
      return together(`post at ${at}`, AT_ONCE).map((as) => node.post(as, clientId, drive.text()))
    }),
  )
}

/** Connects a client id of its own at each node. */
async function connectAtBoth(drive: Drive): Promise<Connection[]> {
  return [
    await drive.node(0).connect('client at 0', drive.clientId()),
    await drive.node(1).connect('client at 1', drive.clientId()),
  ]
}

const POSTS = [0, 1].flatMap((at) => together(`post at ${at}`, AT_ONCE))

/** In the order of the chapter. */
export const CLUSTER_CHECKS: readonly Check[] = [
  {
    ...NODES,
    id: 'cluster.nodes.alike',
    proves: 'cluster.discovery.alike',
    drive: async (drive) => {
      for (const [at, as] of [
        [0, 'one'],
        [1, 'other'],
      ] as const)
        await drive.node(at).call(as, 'GET', '/v1', { key: 'none' })
    },
    judge: announcesAlike('other', 'one'),
    killedBy: ['node-announces-less'],
  },
  {
    ...NODES,
    id: 'cluster.token-of-another.welcomed',
    proves: 'cluster.token.anywhere',
    drive: async (drive) => {
      for (const [from, to] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const clientId = drive.clientId()
        const { token } = await drive.node(from).mint('minting', clientId)
        const { connectUrl: url } = await drive.node(to).mint('address', clientId)
        await tryToken(drive, `client at ${to}`, { token, connectUrl: url, body: {} })
      }
    },
    judge: each(['client at 0', 'client at 1'], welcomed),
    killedBy: ['node-signs-with-a-key-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.post-at-another.delivered',
    proves: 'cluster.message.anywhere',
    drive: async (drive) => {
      for (const at of [0, 1]) {
        const clientId = drive.clientId()
        const connection = await drive.node(at).connect(`client at ${at}`, clientId)
        const fence = drive.text()
        await drive.node(1 - at).post(`post for ${at}`, clientId, drive.text())
        await drive.node(at).post(`fence for ${at}`, clientId, fence)
        await connection.message(fence)
      }
    },
    control: each([0, 1], (at) => arrived(`client at ${at}`, `fence for ${at}`)),
    judge: each([0, 1], (at) =>
      all(delivered(`client at ${at}`, `post for ${at}`), countsConnections(`post for ${at}`, 1)),
    ),
    killedBy: [...BY_MESSAGE],
  },
  {
    ...NODES,
    id: 'cluster.posts-at-both.numbered',
    proves: 'cluster.message.contiguous',
    drive: (drive) => postAtBoth(drive, drive.clientId()),
    judge: fillOneRow(...POSTS),
    killedBy: ['node-counts-for-itself', 'node-keeps-state-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.posts-at-both.ordered',
    proves: 'cluster.message.ordered',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.node(0).connect('client', clientId)
      await postAtBoth(drive, clientId)
      const fence = drive.text()
      await drive.node(0).post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: arrived('client', 'fence'),
    judge: all(
      inOrder('client'),
      each(POSTS, (as) => delivered('client', as)),
    ),
    killedBy: ['node-delivers-late', ...BY_MESSAGE],
  },
  {
    ...NODES,
    id: 'cluster.older-at-another.replaced',
    proves: 'cluster.takeover.close',
    drive: async (drive) => {
      for (const at of [0, 1]) {
        const clientId = drive.clientId()
        const older = await drive.node(at).connect(`older at ${at}`, clientId)
        await drive.node(1 - at).connect(`newer than ${at}`, clientId)
        await older.ended()
      }
    },
    control: each([0, 1], (at) => all(welcomed(`older at ${at}`), welcomed(`newer than ${at}`))),
    judge: each([0, 1], (at) => closedSaying(`older at ${at}`, 'replaced')),
    killedBy: ['node-takes-over-from-nobody', 'node-keeps-state-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.takeover.split',
    proves: 'cluster.takeover.split',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const [one, other] = [drive.node(0), drive.node(1)]
      await one.connect('older', clientId)
      let posts = 0
      const post = (): Promise<unknown> => {
        posts += 1
        return (posts % 2 ? one : other).post('post', clientId, drive.text())
      }
      while (posts < BEFORE) await post()
      let isThere = false
      const coming = other.connect('newer', clientId).finally(() => {
        isThere = true
      })
      coming.catch(() => {})
      while (posts < BEFORE + DURING && !isThere) await post()
      const newer = await coming
      await post()
      await post()
      const fence = drive.text()
      await one.post('fence', clientId, fence)
      await newer.message(fence)
    },
    control: all(welcomed('older'), arrived('newer', 'fence')),
    judge: split('older', 'newer', 'post'),
    killedBy: ['node-repeats-after-takeover'],
  },
  {
    ...NODES,
    id: 'cluster.broadcast.everywhere',
    proves: 'cluster.broadcast.everywhere',
    profiles: ['broadcast'],
    alone: true,
    drive: async (drive) => {
      const [one, other] = [drive.node(0), drive.node(1)]
      const there = await connectAtBoth(drive)
      await startBroadcasting(one).post('broadcast at 0', drive.text())
      await startBroadcasting(other).post('broadcast at 1', drive.text())
      for (const node of [one, other]) await startBroadcasting(node).fence('fence', ...there)
    },
    control: all(accepted('broadcast at 0'), accepted('broadcast at 1')),
    judge: each(['client at 0', 'client at 1'], (client) =>
      all(
        delivered(client, 'broadcast at 0', BROADCASTS),
        delivered(client, 'broadcast at 1', BROADCASTS),
      ),
    ),
    killedBy: ['broadcasts-on-own-node-alone'],
  },
  {
    ...NODES,
    id: 'cluster.broadcasts.numbered',
    proves: 'cluster.broadcast.contiguous',
    profiles: ['broadcast'],
    alone: true,
    drive: async (drive) => {
      const [one, other] = [drive.node(0), drive.node(1)]
      const there = await connectAtBoth(drive)
      await Promise.all(
        [one, other].map(async (node, at) => {
          for (const as of together(`broadcast at ${at}`, BEFORE))
            await startBroadcasting(node).post(as, drive.text())
        }),
      )
      await startBroadcasting(one).fence('fence', ...there)
    },
    control: all(arrived('client at 0', 'fence', BROADCASTS), accepted('broadcast at 1 1')),
    judge: all(
      fillOneRow(...[0, 1].flatMap((at) => together(`broadcast at ${at}`, BEFORE))),
      each(['client at 0', 'client at 1'], (client) => inOrder(client, BROADCASTS)),
    ),
    killedBy: ['node-counts-broadcasts-for-itself'],
  },
  {
    ...NODES,
    id: 'cluster.cursor-of-another.resumed',
    proves: 'cluster.resume.anywhere',
    profiles: ['resume'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const scene = startScene(drive.node(0), 'messages', clientId)
      const { connection, cursor } = await scene.read('client')
      connection.drop()
      await scene.postSome('missed', BEFORE)
      const elsewhere = startScene(drive.node(1), 'messages', clientId)
      const back = await elsewhere.come('back', cursor)
      await elsewhere.fence(back, 'later')
    },
    control: all(accepted('read'), accepted('missed')),
    judge: all(resumed('back', true), received('back', ['missed', 'later'])),
    killedBy: ['node-forgets-what-is-held', 'node-keeps-state-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.post-again-at-another.repeated',
    proves: 'cluster.idempotency.anywhere',
    profiles: ['idempotency'],
    drive: async (drive) => {
      const post = keyedMessage(drive)
      await sendKeyed(drive.node(0), 'first', post)
      await sendKeyed(drive.node(1), 'again', post)
    },
    control: accepted('first'),
    judge: repeated('again', 'first'),
    killedBy: ['node-forgets-keys-of-others'],
  },
  {
    ...NODES,
    id: 'cluster.disconnect-at-another.closed',
    proves: 'cluster.disconnect.anywhere',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.node(0).connect('client', clientId)
      await disconnect(drive.node(1), 'disconnect', clientId)
      await connection.ended()
    },
    control: welcomed('client'),
    judge: all(closed('client', 'disconnected-by-application'), countsClosed('disconnect', 1)),
    killedBy: ['node-disconnects-nobody', 'node-keeps-state-of-its-own'],
  },
  {
    ...NODES,
    id: 'cluster.revocation-at-another.dead',
    proves: 'cluster.revoke.anywhere',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const [one, other] = [drive.node(0), drive.node(1)]
      const dead = [await one.mint('minting', clientId), await other.mint('minting', clientId)]
      await revoke(other, 'revocation', clientId)
      for (const [at, minted] of dead.entries()) await tryToken(drive, `dead at ${at}`, minted)
      await one.connect('fresh', clientId)
    },
    control: welcomed('fresh'),
    judge: each([0, 1], (at) => refusedAsDead(`dead at ${at}`)),
    killedBy: ['node-forgets-revocations'],
  },
]
