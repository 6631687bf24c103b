/** A client that reads a kilobyte a second: it alone knows how little is taken from the socket, and when. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const READ_BYTES = 1024
const READ_EVERY_MS = 1000

/** A slow reader that is connected, or was. */
export interface SlowReader {
  /** Resolves when its connection is over. */
  ended: Promise<void>
  leave(): void
}

/** Connects with a token, and takes what comes a kilobyte at a time. */
export function startSlowReader(baseUrl: string, token: string): SlowReader {
  const { hostname, port, host } = new URL(baseUrl)
  const socket: Socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer: new Uint8Array(READ_BYTES),
      callback: () => {
        socket.pause()
        return true
      },
    },
  })
  socket.on('error', () => {})
  socket.write(
    [
      'GET /v1/connect HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: channel-protocol.v1, channel-token.${token}`,
      '',
      '',
    ].join('\r\n'),
  )
  const reading = setInterval(() => socket.resume(), READ_EVERY_MS)
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      clearInterval(reading)
      resolve()
    })
  })
  return { ended, leave: () => socket.destroy() }
}
