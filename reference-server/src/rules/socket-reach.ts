/** Sockets of all nodes: it alone knows which sockets of a call are this node's, and which are asked for at others. */
import type { SocketResult } from '@channel-protocol/schemas/types'
import type { NodeEvents, Shared } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import type { Sockets } from './sockets.ts'

/** What reaches sockets wherever they are. */
export interface SocketReach {
  /** Sends a text to each socket of a list. Rejects with the Refusal `unavailable` where a node does not answer. */
  send(ids: readonly string[], body: string): Promise<readonly SocketResult[]>
  /** Sends a text to every accepted socket and answers their number. Rejects as `send`. */
  broadcast(body: string): Promise<number>
  /** What other nodes have done here. */
  heard: Pick<NodeEvents, 'sendToSockets' | 'broadcastToSockets' | 'orphanedSockets'>
}

/**
 * Reaches the sockets of this node, and of the others where there may be some.
 * @spec cluster.socket.send
 * @spec cluster.socket.broadcast
 */
export function makeSocketReach(sockets: Sockets, shared: Shared | undefined): SocketReach {
  /** Another node may have told that the sockets of this one are closed. */
  function demandLease({ mayWrite }: Shared): void {
    if (!mayWrite())
      throw new Refusal('unavailable', 'the store cannot be reached', { retryAfterSeconds: 1 })
  }

  async function send(ids: readonly string[], body: string): Promise<readonly SocketResult[]> {
    if (!shared) return sockets.send(ids, body)
    demandLease(shared)
    const areOurs = ids.map((id) => sockets.has(id))
    const others = ids.filter((_, at) => !areOurs[at])
    // First the others: where one of them does not answer, nothing is sent here that would be sent again.
    const taken = others.length > 0 ? await shared.sendToSockets(others, body) : []
    const here = sockets.send(
      ids.filter((_, at) => areOurs[at]),
      body,
    )
    const elsewhere = others.map((socket, at) => ({ socket, delivered: taken[at] === true }))
    const [ours, theirs] = [here.values(), elsewhere.values()]
    return areOurs.flatMap((isOurs) => (isOurs ? ours : theirs).next().value ?? [])
  }

  async function broadcast(body: string): Promise<number> {
    if (!shared) return sockets.broadcast(body)
    demandLease(shared)
    const elsewhere = await shared.broadcastToSockets(body)
    return elsewhere + sockets.broadcast(body)
  }

  return {
    send,
    broadcast,
    heard: {
      sendToSockets: (ids, body) => sockets.send(ids, body).map(({ delivered }) => delivered),
      broadcastToSockets: sockets.broadcast,
      orphanedSockets: sockets.recover,
    },
  }
}
