/** The answer that opens a WebSocket; it alone knows its bytes. */
import { hash } from 'node:crypto'

/** Of RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The answer to an upgrade with this `Sec-WebSocket-Key`, as the library writes it; it names `protocol` where there is one. */
export function makeSwitch(key: string, protocol: string | undefined): string {
  const accept = hash('sha1', key + GUID, 'base64')
  const named = protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${named}\r\n`
}
