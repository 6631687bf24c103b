/** Frames from pages on sockets; it alone knows what each thing that a page can do there leads to. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Carried } from '../outbound/channel-socket.ts'
import type { Pulse } from '../outbound/connection.ts'
import type { Heartbeat, Watched } from '../outbound/heartbeat.ts'
import type { PeerEnd } from '../outbound/library-socket.ts'
import type { Rules } from '../rules/rule-book.ts'
import type { Socket, Sockets } from '../rules/sockets.ts'

/** What all sockets share. */
export interface SocketFrameParts {
  rules: Rules
  sockets: Sockets
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
}

/**
 * What a WebSocket at a socket URL carries: nothing until a socket is let in, and nothing where it is refused.
 * @spec socket.message.sent
 * @spec socket.binary.refused
 * @spec socket.frame.malformed
 */
export class SocketFrames implements Carried {
  readonly #parts: SocketFrameParts
  #socket: Socket | undefined
  #watched: Watched | undefined

  constructor(parts: SocketFrameParts) {
    this.#parts = parts
  }

  /** Carries a socket from now on. */
  hold(socket: Socket, pulse: Pulse): void {
    const { sockets, heartbeat } = this.#parts
    this.#socket = socket
    this.#watched = {
      pulse,
      writer: socket.writer,
      onEnd: (slug: CloseSlug) => sockets.end(socket, { by: 'service', slug }),
    }
    heartbeat?.watch(this.#watched)
  }

  onPeerEnd(end: PeerEnd): { code: number | undefined; reason: string } | undefined {
    const { rules, sockets } = this.#parts
    const socket = this.#socket
    if (end.kind === 'close') {
      if (socket) sockets.end(socket, { by: 'page', code: end.code, reason: end.reason })
      if (!rules.decideSocketCloseAnswer(end.code)) return undefined
      return { code: rules.selectSocketCloseCode(end.code), reason: '' }
    }
    const slug = rules.decideBadSocketFrame(end.libraryCode)
    if (socket) sockets.end(socket, { by: 'service', slug })
    return { code: CLOSE_CODES[slug].code, reason: slug }
  }

  onData(data: Buffer, isBinary: boolean): void {
    const { rules, sockets } = this.#parts
    const socket = this.#socket
    if (!socket || socket.ending) return
    const slug = rules.decideSocketFrame(isBinary)
    if (slug) sockets.end(socket, { by: 'service', slug })
    else sockets.take(socket, String(data))
  }

  onGone(): void {
    if (!this.#socket) return
    const { sockets, heartbeat } = this.#parts
    sockets.end(this.#socket, { by: 'loss' })
    if (this.#watched) heartbeat?.forget(this.#watched)
  }
}
