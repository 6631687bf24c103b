/** The write side of one event stream; it alone knows how envelopes become events and how much of them waits. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { CloseEnvelope } from '@channel-protocol/schemas/types'
import type { Cancel, Clock, ConnectionWriter } from '../ports.ts'
import type { Pulse } from './connection.ts'
import type { Turn, Waiting } from './turn.ts'

interface Places {
  message: string
  broadcast: string | undefined
}

interface TypedEnvelope {
  type: string
}

/** The decisions that writing asks for. */
export interface StreamRules {
  makeEvent(event: { type: string; id: string | undefined; data: string }): string
  movePlaces(before: Places, envelope: TypedEnvelope): Places
  makeEventId(type: string, places: Places): string | undefined
  makeCloseEnvelope(slug: CloseSlug): CloseEnvelope
  makeCloseEventId(code: number): string | undefined
}

/** What a writer is made of, beside the answer that it writes. */
export interface StreamParts {
  /** The TCP connection that carries the answer. */
  socket: Socket
  clock: Clock
  rules: StreamRules
  turn: Turn
  /** Milliseconds that a peer has to take what is queued when the stream ends. */
  lingerMs: number
  /** Called when the welcome was queued. */
  onWelcome(): void
}

/**
 * The writer of one stream whose headers are written, and its pulse. Writing never waits, so that no reader delays
 * another; nothing is ever read.
 * @spec sse.event.form
 * @spec sse.close.event
 * @spec sse.slow.others
 */
export function makeStreamWriter(
  response: ServerResponse,
  parts: StreamParts,
): ConnectionWriter & Pulse {
  const { socket, clock, rules } = parts
  let places: Places = { message: '', broadcast: undefined }
  let lastEnvelopeMs: number | undefined
  let cancelLinger: Cancel = () => {}
  let isCorked = false
  const waiting: Waiting = {
    flush: () => {
      isCorked = false
      response.uncork()
    },
  }
  const isOpen = (): boolean => !response.writableEnded && !response.destroyed && socket.writable
  response.once('close', () => cancelLinger())

  return {
    isOpen,
    write: (frame, given) => {
      if (!isOpen()) return
      const data = typeof frame === 'string' ? frame : Buffer.from(frame).toString()
      const envelope = given ?? (JSON.parse(data) as TypedEnvelope)
      const { type } = envelope
      places = rules.movePlaces(places, envelope)
      if ((type === 'broadcast' || parts.turn.gathers()) && !isCorked) {
        isCorked = true
        response.cork()
        parts.turn.add(waiting)
      }
      response.write(rules.makeEvent({ type, id: rules.makeEventId(type, places), data }))
      lastEnvelopeMs = clock.nowMs()
      if (type === 'welcome') parts.onWelcome()
    },
    close: (slug) => {
      if (!isOpen()) return
      const envelope = rules.makeCloseEnvelope(slug)
      const id = rules.makeCloseEventId(envelope.code)
      const data = JSON.stringify(envelope)
      response.end(rules.makeEvent({ type: envelope.type, id, data }))
      cancelLinger = clock.after(parts.lingerMs, () => response.destroy())
    },
    destroy: () => response.destroy(),
    bytesRead: () => 0,
    queuedBytes: () => response.writableLength,
    bytesSent: () => socket.bytesWritten - socket.writableLength,
    lastEnvelopeMs: () => lastEnvelopeMs,
    isReading: () => false,
    ping: () => {},
  }
}
