/** One channel: it alone knows what is kept of a client id that is online and of each of its connections. */
import type { Cancel, ConnectionWriter } from '../ports.ts'
import type { PresenceFacts } from './presence.ts'
import type { TokenClaims } from './token.ts'

/** One connection that was let in. */
export interface Connection {
  readonly id: string
  readonly clientId: string
  readonly expiresAtMs: number
  /** Of its token. */
  readonly generation: number
  readonly writer: ConnectionWriter
  /** 0 until it is welcomed. */
  epoch: number
  /** As `epoch`, of broadcasts. */
  broadcastEpoch: number
  welcomed: boolean
  /** Whether a newer connection of its client id was welcomed. */
  replaced: boolean
  ended: boolean
  cancelExpiry: Cancel
}

/** A client id that is online: with a current connection, or without one within the grace. */
export interface Channel {
  readonly clientId: string
  /** Place in the list of online clients; it grows from one coming to the next. */
  readonly arrival: number
  current: Connection | undefined
  superseded: Connection[]
  sinceMs: number
  epoch: number
  version: number
  cancelGrace: Cancel
  /** Reports now what the grace holds back; does nothing where none runs. */
  endGrace(): void
}

const nothing: Cancel = () => {}

/** A connection that nobody welcomed yet. */
export function makeConnection(
  id: string,
  { clientId, expiresAtMs, generation }: TokenClaims,
  writer: ConnectionWriter,
): Connection {
  return {
    id,
    clientId,
    expiresAtMs,
    generation,
    writer,
    epoch: 0,
    broadcastEpoch: 0,
    welcomed: false,
    replaced: false,
    ended: false,
    cancelExpiry: nothing,
  }
}

/** A channel without connections. */
export function makeChannel(clientId: string, arrival: number): Channel {
  return {
    clientId,
    arrival,
    current: undefined,
    superseded: [],
    sinceMs: 0,
    epoch: 0,
    version: 0,
    cancelGrace: nothing,
    endGrace: nothing,
  }
}

/** What is known of the client id of a channel. */
export function describeChannel(channel: Channel): PresenceFacts & { arrival: number } {
  const { clientId, arrival, epoch, version, current } = channel
  const sinceMs = current && channel.sinceMs
  return { clientId, arrival, online: true, epoch, version, connectionId: current?.id, sinceMs }
}
