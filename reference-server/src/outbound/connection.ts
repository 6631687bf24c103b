/** The write side of one connection; it alone knows which frames wait for the end of a turn, and what can be measured. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Envelope } from '@channel-protocol/schemas/types'
import type { Clock, ConnectionWriter } from '../ports.ts'
import type { ChannelSocket } from './channel-socket.ts'
import { type FrameMaker, makeFrameMaker } from './frame.ts'
import type { Turn } from './turn.ts'

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

/** What the writers of one kind of connection share. */
export interface WriterParts {
  clock: Clock
  turn: Turn
  makeFrame: FrameMaker
  makeReason(slug: CloseSlug): string
}

/** The parts of the writers of one kind; each text is made bytes once, however many of them write it. */
export function makeWriterParts(given: Omit<WriterParts, 'makeFrame'>): WriterParts {
  return { ...given, makeFrame: makeFrameMaker() }
}

/** What replaces the writer of a connection of `whose`, or what is measured of it. */
export type WrapWriter = (writer: ConnectionWriter, whose: string, pulse: Pulse) => ConnectionWriter

/** The writer of a connection, as `wrap` wants it, and its pulse. */
export function openWriter(
  socket: ChannelSocket,
  parts: WriterParts,
  wrap: WrapWriter | undefined,
  whose: string,
): { writer: ConnectionWriter; pulse: Pulse } {
  const raw = new SocketWriter(socket, parts)
  if (!wrap) return { writer: raw, pulse: raw }
  const pulse = spreadWriter(raw)
  return { writer: wrap(pulse, whose, pulse), pulse }
}

/**
 * The writer of one connection, and its pulse. Writing never waits, so that no reader delays another.
 * A class, as a closure for each method would be a kilobyte for each connection.
 * @spec connection.slow.others
 */
class SocketWriter implements ConnectionWriter, Pulse {
  readonly #socket: ChannelSocket
  readonly #parts: WriterParts
  #lastEnvelopeMs: number | undefined

  constructor(socket: ChannelSocket, parts: WriterParts) {
    this.#socket = socket
    this.#parts = parts
  }

  isOpen(): boolean {
    return this.#socket.isOpen()
  }

  write(content: string | Uint8Array, envelope?: Envelope): void {
    if (!this.isOpen()) return
    const { clock, turn, makeFrame } = this.#parts
    const frame = makeFrame(content)
    // A lone message does not wait: a second callback for it costs what a joined write saves.
    if (envelope?.type === 'broadcast' || turn.gathers()) this.#socket.joinFrame(frame, turn)
    else this.#socket.sendFrame(frame)
    this.#lastEnvelopeMs = clock.nowMs()
  }

  close(slug: CloseSlug): void {
    if (this.isOpen()) this.#socket.finish(CLOSE_CODES[slug].code, this.#parts.makeReason(slug))
  }

  destroy(): void {
    this.#socket.terminate()
  }

  bytesRead(): number {
    return this.#socket.stream.bytesRead
  }

  queuedBytes(): number {
    return this.#socket.queuedBytes()
  }

  bytesSent(): number {
    return this.#socket.stream.bytesWritten - this.#socket.stream.writableLength
  }

  lastEnvelopeMs(): number | undefined {
    return this.#lastEnvelopeMs
  }

  isReading(): boolean {
    return !this.#socket.isPaused()
  }

  ping(onSent: () => void): void {
    if (this.isOpen()) this.#socket.ping(onSent)
  }
}

/** The same writer as a record of functions, some of which may be replaced. */
function spreadWriter(writer: ConnectionWriter & Pulse): ConnectionWriter & Pulse {
  return {
    isOpen: () => writer.isOpen(),
    write: (frame, envelope) => writer.write(frame, envelope),
    close: (slug) => writer.close(slug),
    destroy: () => writer.destroy(),
    bytesRead: () => writer.bytesRead(),
    queuedBytes: () => writer.queuedBytes(),
    bytesSent: () => writer.bytesSent(),
    lastEnvelopeMs: () => writer.lastEnvelopeMs(),
    isReading: () => writer.isReading(),
    ping: (onSent) => writer.ping(onSent),
  }
}
