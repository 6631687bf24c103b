/** What is heard of client ids that many nodes share; it alone knows what each event means for the connections of this one. */
import type { NodeEvents, StreamCounters } from '../broker-port.ts'
import type { Channel, Connection } from './channel.ts'
import type { Departure, Ending } from './connection.ts'
import type { Rules } from './rule-book.ts'

/** The events that are about one client id. */
export type Heard = Pick<
  NodeEvents,
  'arrived' | 'message' | 'replaced' | 'disconnect' | 'gap' | 'orphaned'
>

/** What hearing is built of: the state of channels, and what may be done to it. */
export interface HeardParts {
  rules: Rules
  channels: Map<string, Channel>
  /** Connections whose arrival was not heard yet, by their id. */
  arriving: ReadonlyMap<string, Connection>
  take(connection: Connection): Channel
  restore(channel: Channel): void
  deliver(channel: Channel, counters: StreamCounters, data: string): number
  end(connection: Connection, ending: Ending): void
  supersede(channel: Channel, older: Connection): void
  openChannel(clientId: string): Channel
  holdBack(channel: Channel, connectionId: string, departure: Departure): void
}

/** Frames that may wait for an opening. */
const MOST_HELD = 1000

/** The events of client ids, for channels. */
export function makeHeard(parts: HeardParts): Heard {
  const { rules, channels, arriving, end } = parts

  /** A connection that is sent to, where it is of this client id. */
  function find(clientId: string, connectionId: string): Connection | undefined {
    const { incoming, current } = channels.get(clientId) ?? {}
    return [incoming, current].find((connection) => connection?.id === connectionId)
  }

  return {
    arrived: (clientId, connectionId) => {
      const connection = arriving.get(connectionId)
      const channel = channels.get(clientId)
      if (connection) parts.take(connection)
      else if (channel?.current?.id === connectionId) parts.restore(channel)
    },
    message: (clientId, connectionId, { data, ...counters }) => {
      const channel = channels.get(clientId)
      const newest = channel?.incoming ?? channel?.current
      if (!channel || newest?.id !== connectionId) return
      if ((newest.held?.length ?? 0) < MOST_HELD) parts.deliver(channel, counters, data)
      else end(newest, { by: 'service', slug: 'slow-consumer' })
    },
    replaced: (clientId, connectionId) => {
      const channel = channels.get(clientId)
      const older = find(clientId, connectionId)
      if (!channel || !older) return
      channel.cancelGrace()
      if (channel.current === older) channel.current = undefined
      parts.supersede(channel, older)
      if (!channel.current && !channel.incoming) channels.delete(clientId)
    },
    disconnect: (clientId, connectionId, revokes) => {
      const connection = find(clientId, connectionId)
      const slug = rules.decideDisconnect(revokes)
      if (connection && slug) end(connection, { by: 'service', slug })
    },
    gap: (clientId, connectionId) => {
      const connection = find(clientId, connectionId)
      if (connection) end(connection, { by: 'service', slug: 'state-lost' })
    },
    orphaned: (clientId, connectionId, leftFor) => {
      const channel = channels.get(clientId) ?? parts.openChannel(clientId)
      if (channel.current || channel.incoming) return
      parts.holdBack(channel, connectionId, rules.decideNodeEnd(leftFor))
    },
  }
}
