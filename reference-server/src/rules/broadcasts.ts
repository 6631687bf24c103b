/** Broadcasts: the one owner of their stream; it alone knows the newest broadcast that went out. */
import type { Receipt } from '@channel-protocol/schemas/types'
import type { Ports, StreamCounters } from '../ports.ts'
import type { Channels } from './channels.ts'
import type { Rules } from './rule-book.ts'
import { makeSerial } from './serial.ts'

/** What broadcasts are built of. */
export interface BroadcastParts {
  rules: Rules
  ports: Ports
  /** Who is connected; asked at each broadcast. */
  channels(): Pick<Channels, 'open' | 'end'>
}

/** The operations on broadcasts. */
export interface Broadcasts {
  /** Accepts a broadcast and sends it on every open channel. Rejects only where the broker fails. */
  post(data: string): Promise<Receipt>
  /**
   * Counters of the newest broadcast that was sent. A connection that is open from the same instant on is sent
   * exactly those that follow.
   */
  newest(): StreamCounters
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

  async function post(data: string): Promise<Receipt> {
    const counters = await broker.acceptBroadcast()
    // From here on nothing waits: a welcome comes before all of this, or after it with the new counters.
    newest = counters
    const { open, end } = parts.channels()
    const id = rules.makeBroadcastId(counters)
    const frame = rules.encodeEnvelope(rules.makeBroadcast(id, counters.seq, data))
    const nowMs = clock.nowMs()
    let connections = 0
    for (const receiver of rules.selectBroadcastReceivers(open())) {
      const lost = rules.decideEpochChange(receiver.broadcastEpoch, counters.epoch)
      if (lost) end(receiver, { by: 'service', slug: lost })
      const mayHave = rules.decideDelivery(receiver.expiresAtMs, nowMs)
      if (lost || !mayHave || !receiver.writer.isOpen()) continue
      for (const piece of rules.makeBroadcastDelivery(frame, counters.seq, receiver))
        receiver.writer.write(piece)
      connections += 1
    }
    metrics.count('broadcasts_accepted')
    return rules.makeBroadcastReceipt(id, counters, connections)
  }

  return {
    post: (data) => serial('broadcasts', () => post(data)),
    newest: () => newest,
  }
}
