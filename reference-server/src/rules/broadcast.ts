/** Rules of broadcasts: they alone know how broadcasts are numbered, what they look like and whom they go to. */
import type { BroadcastEnvelope, Receipt } from '@channel-protocol/schemas/types'
import type { StreamCounters } from '../broker-port.ts'

/** What decides whether a broadcast goes to a connection. */
export interface BroadcastReceiver {
  clientId: string
  welcomed: boolean
  /** What waits for its opening; nothing before its arrival. */
  held?: unknown
  replaced: boolean
  ended: boolean
}

/**
 * The number of the next broadcast.
 * @spec broadcast.seq.contiguous
 */
function nextBroadcastSeq(seq: number): number {
  return seq + 1
}

/**
 * A name for a broadcast, unlike that of any message, which is the cursor behind it too.
 * @spec broadcast.id.unique
 * @spec resume.id.cursor
 */
function makeBroadcastId(counters: StreamCounters): string {
  // No client id shares the epoch, so this names one broadcast of all.
  return `cast_${counters.epoch.toString(36)}_${counters.seq.toString(36)}`
}

/**
 * The envelope in which a broadcast travels, the same for everybody.
 * @spec broadcast.post.deliver
 */
function makeBroadcast(id: string, seq: number, data: string): BroadcastEnvelope {
  return { type: 'broadcast', id, seq, data }
}

/**
 * The connections that a broadcast goes to, of all that are open: from their arrival on.
 * @spec broadcast.post.deliver
 * @spec broadcast.takeover.split
 */
function selectBroadcastReceivers<C extends BroadcastReceiver>(open: Iterable<C>): C[] {
  const receivers: C[] = []
  for (const one of open)
    if ((one.welcomed || one.held !== undefined) && !one.replaced && !one.ended) receivers.push(one)
  return receivers
}

/**
 * The frames that go out for a broadcast on one connection, in order.
 * @spec broadcast.frame.identical
 * @spec broadcast.order.delivered
 */
function makeBroadcastDelivery<F>(frame: F, _seq: number, _receiver: BroadcastReceiver): F[] {
  return [frame]
}

/**
 * The answer to an accepted broadcast.
 * @spec broadcast.post.receipt
 * @spec broadcast.post.connections
 */
function makeBroadcastReceipt(id: string, counters: StreamCounters, connections: number): Receipt {
  return { id, seq: counters.seq, epoch: counters.epoch, connections }
}

/**
 * What the welcome says of broadcasts.
 * @spec broadcast.welcome.counters
 */
function makeBroadcastWelcome({ epoch, seq }: StreamCounters): {
  broadcast_epoch: number
  broadcast_seq: number
} {
  return { broadcast_epoch: epoch, broadcast_seq: seq }
}

export const broadcastRules = {
  nextBroadcastSeq,
  makeBroadcastId,
  makeBroadcast,
  selectBroadcastReceivers,
  makeBroadcastDelivery,
  makeBroadcastReceipt,
  makeBroadcastWelcome,
}
