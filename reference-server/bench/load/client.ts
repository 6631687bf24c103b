/** One client of a benchmark; it alone knows how frames are counted without a library that would cost more than the server. */
import { connect, type Socket } from 'node:net'

/** What counts of a frame, told to whoever waits. */
export interface Listener {
  /** A text frame came; `payload` is valid during the call only. */
  onText(payload: Buffer): void
  onClosed(): void
}

const HANDSHAKE = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
]

/** Opens a WebSocket; resolves when the handshake was answered, rejects where it was not. */
export function openClient(
  at: { port: number; path: string; index: number; protocols?: string | undefined },
  listener: Listener,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // One address has ports for fewer connections than a benchmark opens again and again.
    const localAddress = `127.0.0.${1 + (at.index % 8)}`
    const socket = connect({ port: at.port, host: '127.0.0.1', localAddress })
    const protocol = at.protocols ? [`Sec-WebSocket-Protocol: ${at.protocols}`] : []
    const head = [`GET ${at.path} HTTP/1.1`, `Host: 127.0.0.1:${at.port}`, ...HANDSHAKE]
    let rest: Buffer | undefined
    let isOpen = false
    socket.setNoDelay(true)
    socket.write(`${[...head, ...protocol].join('\r\n')}\r\n\r\n`)
    socket.on('data', (chunk: Buffer) => {
      let bytes = rest ? Buffer.concat([rest, chunk]) : chunk
      rest = undefined
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) {
          rest = bytes
          return
        }
        if (!bytes.toString('latin1', 0, 12).endsWith('101')) {
          reject(new Error(bytes.toString('latin1', 0, end)))
          return
        }
        isOpen = true
        bytes = bytes.subarray(end + 4)
        resolve(socket)
      }
      rest = readFrames(bytes, listener)
    })
    socket.on('error', reject)
    socket.on('close', () => listener.onClosed())
  })
}

/** Reads whole frames and answers what is left. */
function readFrames(bytes: Buffer, { onText }: Listener): Buffer | undefined {
  let at = 0
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1] ?? 0
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length - at < header) break
    const length =
      header === 2
        ? short
        : header === 4
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2))
    if (bytes.length - at < header + length) break
    if (bytes[at] === 0x81) onText(bytes.subarray(at + header, at + header + length))
    at += header + length
  }
  return at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
}
