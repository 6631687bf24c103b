/** One channel: it alone knows what is kept of a client id that is online and of each of its connections. */
import type { Envelope } from '@channel-protocol/schemas/types'
import type { StreamCounters } from '../broker-port.ts'
import type { Cancel, Clock, ConnectionWriter } from '../ports.ts'
import type { TokenClaims } from './token.ts'

/** One frame, and what it encodes. */
export interface Held {
  frame: string | Uint8Array
  envelope: Envelope
}

/** One connection that was let in. */
export interface Connection {
  readonly id: string
  readonly clientId: string
  /** When its token dies, as the token has it: by the clock that may be set. */
  readonly tokenExpiresAtMs: number
  /** When it ends for that, by the clock that only runs forward. */
  readonly expiresAtMs: number
  /** Of its token. */
  readonly generation: number
  readonly writer: ConnectionWriter
  /** 0 until it is welcomed. */
  epoch: number
  /** As `epoch`, of broadcasts. */
  broadcastEpoch: number
  welcomed: boolean
  /** Whether a newer connection of its client id has arrived. */
  replaced: boolean
  /** What is sent on it until its opening is written; nothing before its arrival and after the opening. */
  held: Held[] | undefined
  /** The newest broadcast when it arrived; nothing where broadcasts are not offered. */
  broadcastsFrom: StreamCounters | undefined
  ended: boolean
  cancelExpiry: Cancel
}

/** A client id that is online here: with a current connection, or without one within the grace. */
export interface Channel {
  readonly clientId: string
  current: Connection | undefined
  /** A connection that has arrived, and whose opening is not written yet. */
  incoming: Connection | undefined
  superseded: Connection[]
  cancelGrace: Cancel
  /** Ends a wait for the broker. */
  cancelRetry: Cancel
  /** Reports now what the grace holds back; does nothing where none runs. */
  endGrace(): void
}

const nothing: Cancel = () => {}

/** A connection that nobody welcomed yet. How long it may last is settled now, wherever clocks are set meanwhile. */
export function makeConnection(
  id: string,
  { clientId, expiresAtMs, generation }: TokenClaims,
  writer: ConnectionWriter,
  clock: Pick<Clock, 'nowMs' | 'wallMs'>,
): Connection {
  return {
    id,
    clientId,
    tokenExpiresAtMs: expiresAtMs,
    expiresAtMs: expiresAtMs - (clock.wallMs() - clock.nowMs()),
    generation,
    writer,
    epoch: 0,
    broadcastEpoch: 0,
    welcomed: false,
    replaced: false,
    held: undefined,
    broadcastsFrom: undefined,
    ended: false,
    cancelExpiry: nothing,
  }
}

/** A channel without connections. */
export function makeChannel(clientId: string): Channel {
  return {
    clientId,
    current: undefined,
    incoming: undefined,
    superseded: [],
    cancelGrace: nothing,
    cancelRetry: nothing,
    endGrace: nothing,
  }
}

/** Sends a frame on a connection, behind its opening. */
export function send({ held, writer }: Connection, frame: Held['frame'], envelope: Envelope): void {
  if (held) held.push({ frame, envelope })
  else writer.write(frame, envelope)
}
