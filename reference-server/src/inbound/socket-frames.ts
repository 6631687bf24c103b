/** Frames from pages on sockets; it alone knows what each thing that a page can do there leads to. */
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import type { ChannelSocket, PeerEnd } from '../outbound/channel-socket.ts'
import type { Rules } from '../rules/rule-book.ts'
import type { Socket, Sockets } from '../rules/sockets.ts'

/** What happens on a WebSocket, for those who hold the socket it carries; nothing where it was refused. */
export interface SocketFrameParts {
  rules: Rules
  sockets: Sockets
  socket(): Socket | undefined
}

/**
 * Listens to a page from its first byte on.
 * @spec socket.message.sent
 * @spec socket.binary.refused
 * @spec socket.frame.malformed
 */
export function listenToSocketFrames(page: ChannelSocket, parts: SocketFrameParts): void {
  const { rules, sockets } = parts

  page.onPeerEnd = (end: PeerEnd) => {
    const socket = parts.socket()
    if (end.kind === 'close') {
      if (socket) sockets.end(socket, { by: 'page', code: end.code, reason: end.reason })
      if (!rules.decideSocketCloseAnswer(end.code)) return undefined
      return { code: rules.selectSocketCloseCode(end.code), reason: '' }
    }
    const slug = rules.decideBadSocketFrame(end.libraryCode)
    if (socket) sockets.end(socket, { by: 'service', slug })
    return { code: CLOSE_CODES[slug].code, reason: slug }
  }
  page.on('message', (data, isBinary) => {
    const socket = parts.socket()
    if (!socket || socket.ending) return
    const slug = rules.decideSocketFrame(isBinary)
    if (slug) sockets.end(socket, { by: 'service', slug })
    else sockets.take(socket, String(data))
  })
  // What the library found wrong was answered by `onPeerEnd`; a lost stream is followed by `close`.
  page.on('error', () => {})
  page.on('close', () => {
    const socket = parts.socket()
    if (socket) sockets.end(socket, { by: 'loss' })
  })
}
