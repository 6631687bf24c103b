/** Broadcasts: the one owner of their stream; it alone knows the newest broadcast that went out. */
import type { Receipt } from '@channel-protocol/schemas/types'
import type { Act, NodeEvents, StreamCounters } from '../broker-port.ts'
import type { Ports } from '../ports.ts'
import { type Connection, send } from './channel.ts'
import type { Ending } from './connection.ts'
import type { Rules } from './rule-book.ts'
import { makeSerial } from './serial.ts'

/** What broadcasts are built of. */
export interface BroadcastParts {
  rules: Rules
  ports: Ports
  /** Who is connected; asked at each broadcast. */
  channels(): {
    open(): Iterable<Connection>
    end(connection: Connection, ending: Ending): void
  }
}

/** The operations on broadcasts. */
export interface Broadcasts {
  /**
   * Accepts a broadcast and sends it on every open channel. Rejects only where the broker fails.
   * @param act the part of a post with a key that it is
   */
  post(data: string, act?: Act | undefined): Promise<Receipt>
  /**
   * Counters of the newest broadcast that was sent. A connection that is open from the same instant on is sent
   * exactly those that follow.
   */
  newest(): StreamCounters
  /** What a broker that nodes share makes known of broadcasts. */
  heard: Pick<NodeEvents, 'broadcast' | 'broadcastsFrom'>
}

/**
 * The stream of broadcasts where the broker left it. Rejects where the broker fails.
 * @spec broadcast.seq.separate
 * @spec broadcast.welcome.counters
 */
export async function startBroadcasts(parts: BroadcastParts): Promise<Broadcasts> {
  const { rules, ports } = parts
  const { broker, clock, metrics } = ports
  const serial = makeSerial()
  let newest = await broker.openBroadcasts()

  /** Sends a broadcast on every open channel, and answers on how many. */
  function deliver(
    counters: StreamCounters,
    data: string,
    id = rules.makeBroadcastId(counters),
  ): number {
    // Nothing waits here: a connection arrives before all of this, or after it with the new counters.
    newest = counters
    const { open, end } = parts.channels()
    const envelope = rules.makeBroadcast(id, counters.seq, data)
    const frame = rules.encodeEnvelope(envelope)
    const nowMs = clock.nowMs()
    let connections = 0
    for (const receiver of rules.selectBroadcastReceivers(open())) {
      const lost = rules.decideEpochChange(receiver.broadcastEpoch, counters.epoch)
      if (lost) end(receiver, { by: 'service', slug: lost })
      const mayHave = rules.decideDelivery(receiver.expiresAtMs, nowMs)
      if (lost || !mayHave || !receiver.writer.isOpen()) continue
      for (const piece of rules.makeBroadcastDelivery(frame, counters.seq, receiver))
        send(receiver, piece, envelope)
      connections += 1
    }
    return connections
  }

  async function post(data: string, act?: Act | undefined): Promise<Receipt> {
    const accepted = await broker.acceptBroadcast(data, act)
    const { epoch, seq, stored, again, carried } = accepted
    const id = rules.makeBroadcastId(accepted)
    // What an earlier run accepted is replayed to whoever was welcomed since.
    const connections = again ? 0 : (carried ?? deliver({ epoch, seq }, data, id))
    metrics.count('broadcasts_accepted')
    return {
      ...rules.makeBroadcastReceipt(id, accepted, connections),
      ...rules.makeStored(stored, 'broadcasts'),
    }
  }

  function beginAt(counters: StreamCounters): void {
    newest = counters
    const { open, end } = parts.channels()
    for (const receiver of rules.selectBroadcastReceivers(open()))
      end(receiver, { by: 'service', slug: 'state-lost' })
  }

  return {
    // A broker that nodes share orders broadcasts by itself: those that are under way at once go out together.
    post: (data, act) =>
      broker.shared ? post(data, act) : serial('broadcasts', () => post(data, act)),
    newest: () => newest,
    heard: {
      broadcast: ({ data, ...counters }) => deliver(counters, data),
      broadcastsFrom: beginAt,
    },
  }
}
