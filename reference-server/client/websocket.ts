/** The WebSocket of a channel: it alone knows the subprotocols, and how a goodbye reaches the service. */
import type { OpenLink } from './link.ts'

const goodbye = 1000
/** Any code but 1000 means a loss to presence, and this one is in no range of the protocol. */
const leaving = 4999

/**
 * Opens a WebSocket with the token as an offered subprotocol.
 * @spec client.offer.protocols
 * @spec client.token.hidden
 * @spec client.close.reaches
 */
export const openWebSocket: OpenLink = ({ url, token }, surroundings, hearing) => {
  const protocols = ['channel-protocol.v1', `channel-token.${token}`]
  const socket = surroundings.openWebSocket(url, protocols)
  let isOpen = false
  let isClosing = false
  socket.onopen = () => {
    isOpen = true
    if (isClosing) socket.close(goodbye)
    else hearing.onOpen()
  }
  socket.onmessage = ({ data }: { data: unknown }) => hearing.onText(data)
  socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
    hearing.onEnd({ code, reason })
  return {
    close: () => {
      // The handshake may have reached the service: aborted now, it would end as a loss.
      isClosing = true
      if (isOpen) socket.close(goodbye)
    },
    abandon: () => {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close(leaving)
    },
  }
}
