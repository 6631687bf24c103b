/** Frames from clients; it alone knows what each thing that a client can do on a connection leads to. */
import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import type { ChannelSocket, PeerEnd } from '../outbound/channel-socket.ts'
import type { Connection } from '../rules/channel.ts'
import type { Channels } from '../rules/channels.ts'
import type { Rules } from '../rules/rule-book.ts'

/** What happens on a socket, for those who hold the connection it carries; nothing where it was refused. */
export interface FrameParts {
  rules: Rules
  channels: Channels
  connection(): Connection | undefined
}

/**
 * Listens to a socket from its first byte on.
 * @spec connection.data.refused
 * @spec connection.close.answered
 * @spec connection.frame.malformed
 */
export function listenToFrames(socket: ChannelSocket, parts: FrameParts): void {
  const { rules, channels } = parts

  const onPeerEnd = (end: PeerEnd): { code: number | undefined; reason: string } | undefined => {
    const connection = parts.connection()
    if (end.kind === 'close') {
      if (connection) channels.end(connection, { by: 'client', code: end.code })
      if (!rules.decideCloseAnswer(end.code)) return undefined
      return { code: rules.selectCloseCode(end.code), reason: '' }
    }
    const slug = rules.decideBadFrame(end.libraryCode)
    if (connection && !connection.ended) channels.end(connection, { by: 'service', slug })
    return { code: CLOSE_CODES[slug].code, reason: slug }
  }

  socket.onPeerEnd = onPeerEnd
  socket.on('message', (data) => {
    const connection = parts.connection()
    if (!connection || connection.ended) return
    const slug = rules.decideDataFrame((data as Buffer).length)
    if (slug) channels.end(connection, { by: 'service', slug })
  })
  // What the library found wrong was answered by `onPeerEnd`; a lost stream is followed by `close`.
  socket.on('error', () => {})
  socket.on('close', () => {
    const connection = parts.connection()
    if (connection) channels.end(connection, { by: 'loss' })
  })
}
