/** Frames from clients; it alone knows what each thing that a client can do on a connection leads to. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Carried } from '../outbound/channel-socket.ts'
import type { Pulse } from '../outbound/connection.ts'
import type { Heartbeat, Watched } from '../outbound/heartbeat.ts'
import type { PeerEnd } from '../outbound/library-socket.ts'
import type { ConnectionWriter } from '../ports.ts'
import type { Connection } from '../rules/channel.ts'
import type { Channels } from '../rules/channels.ts'
import type { Rules } from '../rules/rule-book.ts'

/** What all connections share. */
export interface FrameParts {
  rules: Rules
  channels: Channels
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
}

/** A connection that was let in, as it is watched. */
class Held implements Watched {
  readonly connection: Connection
  readonly writer: ConnectionWriter
  readonly pulse: Pulse
  readonly #channels: Channels

  constructor(connection: Connection, pulse: Pulse, channels: Channels) {
    this.connection = connection
    this.writer = connection.writer
    this.pulse = pulse
    this.#channels = channels
  }

  onEnd(slug: CloseSlug): void {
    this.#channels.end(this.connection, { by: 'service', slug })
  }
}

/**
 * What a WebSocket on the connect path carries: nothing until a connection is let in, and nothing where it is refused.
 * @spec connection.data.refused
 * @spec connection.close.answered
 * @spec connection.frame.malformed
 */
export class ChannelFrames implements Carried {
  readonly #parts: FrameParts
  #held: Held | undefined

  constructor(parts: FrameParts) {
    this.#parts = parts
  }

  /** Carries a connection from now on. */
  hold(connection: Connection, pulse: Pulse): void {
    const { channels, heartbeat } = this.#parts
    this.#held = new Held(connection, pulse, channels)
    heartbeat?.watch(this.#held)
  }

  onPeerEnd(end: PeerEnd): { code: number | undefined; reason: string } | undefined {
    const { rules, channels } = this.#parts
    const connection = this.#held?.connection
    if (end.kind === 'close') {
      if (connection) channels.end(connection, { by: 'client', code: end.code })
      if (!rules.decideCloseAnswer(end.code)) return undefined
      return { code: rules.selectCloseCode(end.code), reason: '' }
    }
    const slug = rules.decideBadFrame(end.libraryCode)
    if (connection && !connection.ended) channels.end(connection, { by: 'service', slug })
    return { code: CLOSE_CODES[slug].code, reason: slug }
  }

  onData(data: Buffer): void {
    const { rules, channels } = this.#parts
    const connection = this.#held?.connection
    if (!connection || connection.ended) return
    const slug = rules.decideDataFrame(data.length)
    if (slug) channels.end(connection, { by: 'service', slug })
  }

  onGone(): void {
    if (!this.#held) return
    const { channels, heartbeat } = this.#parts
    channels.end(this.#held.connection, { by: 'loss' })
    heartbeat?.forget(this.#held)
  }
}
