/** Checks of the chapter cluster about sockets: whoever sends need not know at which node one is. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { ConnectedSocket } from '../drive/page-sockets.ts'
import { all, each } from '../judges/finding.ts'
import { shookOnce } from '../judges/socket-handshake.ts'
import { gotText } from '../judges/socket-messages.ts'
import { delivers, gotInOrder, reaches } from '../judges/socket-sending.ts'

const SOCKETS = {
  needs: ['nodes', 'webhooks'],
  profiles: ['sockets'],
} as const satisfies Pick<Check, 'needs' | 'profiles'>

const READY = 'ready'
const FENCE = 'that was all'
const PAGES = ['page at 0', 'page at 1'] as const

/** A socket at each node that the application has accepted: text that its own node was given has arrived. */
async function acceptAtBoth(drive: Drive): Promise<ConnectedSocket[]> {
  const sockets: ConnectedSocket[] = []
  for (const [at, as] of PAGES.entries()) {
    const node = drive.node(at)
    const socket = await node.sockets.connect(as)
    await node.sockets.send(`to ${as}`, socket.id, READY)
    await socket.page.texts(1)
    sockets.push(socket)
  }
  return sockets
}

/** Waits until a text that the node of each socket was given has come through to its page. */
async function fence(drive: Drive, sockets: readonly ConnectedSocket[]): Promise<void> {
  for (const [at, { page, id }] of sockets.entries()) {
    await drive.node(at).sockets.send('fence', id, FENCE)
    await page.frames.find(({ text }) => text === FENCE, drive.patienceMs)
  }
}

/** In the order of the chapter. */
export const CLUSTER_SOCKET_CHECKS: readonly Check[] = [
  {
    ...SOCKETS,
    id: 'cluster.socket-url-of-another.opened',
    proves: 'cluster.socket.open',
    drive: async (drive) => {
      for (const [at, as] of PAGES.entries()) {
        const path = drive.sockets.path()
        const { url } = await drive.node(1 - at).sockets.mint('minting', path)
        const webhooks = drive.sockets.webhooks(as, path)
        await drive.node(at).sockets.open(as, url)
        await webhooks.event('handshake')
      }
    },
    judge: each(PAGES, shookOnce),
    killedBy: ['node-signs-with-a-key-of-its-own'],
  },
  {
    ...SOCKETS,
    id: 'cluster.socket-send-at-another.delivered',
    proves: 'cluster.socket.send',
    drive: async (drive) => {
      const sockets = await acceptAtBoth(drive)
      const ids = sockets.map(({ id }) => id)
      for (const at of [0, 1]) {
        await drive.node(1 - at).sockets.send(`send for ${at}`, ids[at], `for ${at}`)
        const list = [ids[1], 'nobody-has-had-this-id', ids[0]]
        await drive.node(at).sockets.send(`send to both at ${at}`, list, `to both at ${at}`)
      }
      await fence(drive, sockets)
    },
    control: each(PAGES, (as) => gotText(as, FENCE)),
    judge: all(
      each([0, 1], (at) =>
        all(
          delivers(`send for ${at}`, [true]),
          delivers(`send to both at ${at}`, [true, false, true]),
          gotInOrder(`page at ${at}`, [`for ${at}`]),
        ),
      ),
      each(PAGES, (as) => gotInOrder(as, ['to both at 0', 'to both at 1'])),
    ),
    killedBy: ['node-sends-to-its-own-sockets', 'node-forgets-texts-for-other-sockets'],
  },
  {
    ...SOCKETS,
    id: 'cluster.socket-broadcast.everywhere',
    proves: 'cluster.socket.broadcast',
    alone: ['sockets'],
    drive: async (drive) => {
      const sockets = await acceptAtBoth(drive)
      for (const at of [0, 1])
        await drive.node(at).sockets.broadcast(`broadcast at ${at}`, `to all at ${at}`)
      await fence(drive, sockets)
    },
    control: each(PAGES, (as) => gotText(as, FENCE)),
    judge: all(
      each(PAGES, (as) => gotInOrder(as, ['to all at 0', 'to all at 1'])),
      each([0, 1], (at) => reaches(`broadcast at ${at}`, 2)),
    ),
    killedBy: ['node-broadcasts-to-its-own-sockets', 'node-broadcasts-to-sockets-twice'],
  },
]
