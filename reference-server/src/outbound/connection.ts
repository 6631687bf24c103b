/** The write side of one connection; it alone knows how frames reach the socket and how much waits there. */
import type { Socket } from 'node:net'
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Clock, ConnectionWriter } from '../ports.ts'
import type { ChannelSocket } from './channel-socket.ts'

/** What can be measured of a connection. */
export interface Pulse {
  /** Bytes read since the connection was made. */
  bytesRead(): number
  /** Bytes that wait in the service's own queue. */
  queuedBytes(): number
  /** Bytes that left the service's own queue. */
  bytesSent(): number
  /** When the last envelope was queued, in milliseconds since 1970; nothing before the first. */
  lastEnvelopeMs(): number | undefined
  /** Whether what the peer sends is read at the moment. */
  isReading(): boolean
  /** Queues a Ping; `onSent` is called when it left the service's own queue. */
  ping(onSent: () => void): void
}

/**
 * The writer of one connection, and its pulse. Writing never waits, so that no reader delays another.
 * @spec connection.slow.others
 */
export function makeConnectionWriter(
  socket: ChannelSocket,
  stream: Socket,
  clock: Clock,
  makeReason: (slug: CloseSlug) => string,
): ConnectionWriter & Pulse {
  let lastEnvelopeMs: number | undefined
  const isOpen = (): boolean => socket.readyState === socket.OPEN

  return {
    isOpen,
    write: (frame) => {
      if (!isOpen()) return
      socket.send(frame, { binary: typeof frame !== 'string', compress: false })
      lastEnvelopeMs = clock.nowMs()
    },
    close: (slug) => {
      if (isOpen()) socket.finish(CLOSE_CODES[slug].code, makeReason(slug))
    },
    destroy: () => socket.terminate(),
    bytesRead: () => stream.bytesRead,
    queuedBytes: () => socket.bufferedAmount,
    bytesSent: () => stream.bytesWritten - socket.bufferedAmount,
    lastEnvelopeMs: () => lastEnvelopeMs,
    isReading: () => !socket.isPaused,
    ping: (onSent) => {
      if (!isOpen()) return
      socket.ping(undefined, undefined, (error?: Error) => {
        if (!error) onSent()
      })
    },
  }
}
