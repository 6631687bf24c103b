/** Disconnecting: it alone knows how a client id is sent away, here or at another node. */
import type { Counters, Shared } from '../broker-port.ts'
import type { Ports } from '../ports.ts'
import type { Channel, Connection } from './channel.ts'
import type { Ending } from './connection.ts'
import type { Rules } from './rule-book.ts'

/** What disconnecting is built of: the state of channels, and what may be done to it. */
export interface DisconnectParts {
  rules: Rules
  ports: Pick<Ports, 'broker' | 'clock'>
  channels: ReadonlyMap<string, Channel>
  end(connection: Connection, ending: Ending): void
  /** Tells of a change of presence. */
  note(
    clientId: string,
    counters: Counters,
    change: { online: boolean; connectionId: string; reason?: string; atMs: number },
  ): void
}

/** Closes the current connection, or ends the grace, as `Channels.disconnect`. */
export function makeDisconnect({ rules, ports, channels, end, note }: DisconnectParts) {
  const { broker, clock } = ports

  async function disconnectElsewhere(
    shared: Shared,
    clientId: string,
    revokes: boolean,
  ): Promise<number> {
    const atMs = clock.wallMs()
    const { connections, gone } = await shared.disconnect(clientId, { revokes, atMs })
    if (gone) {
      const { counters, ...change } = gone
      note(clientId, counters, { online: false, atMs, ...change })
    }
    return connections
  }

  return async (clientId: string, revokes: boolean): Promise<number> => {
    if (revokes) await broker.revoke(clientId)
    const channel = channels.get(clientId)
    const current = channel?.current
    if (!current && broker.shared) return disconnectElsewhere(broker.shared, clientId, revokes)
    channel?.endGrace()
    if (!current?.writer.isOpen()) return 0
    const slug = rules.decideDisconnect(revokes)
    if (slug) end(current, { by: 'service', slug })
    return 1
  }
}
