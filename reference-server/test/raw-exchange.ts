/** Raw bytes to a server, for what libraries refuse to send. */
import { connect, type Socket } from 'node:net'

/** A raw connection to the port of a base URL. */
export function connectRaw(baseUrl: string): Socket {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  return socket
}

/** Writes bytes and answers everything that comes back until the peer ends the connection. */
export function exchange(baseUrl: string, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const socket = connectRaw(baseUrl)
  for (const piece of pieces) socket.write(piece)
  return readToEnd(socket)
}

/** Everything that comes until the peer ends the connection. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.once('close', () => resolve(text))
  })
}

/** Resolves with what has come as soon as it holds `part`. */
export function readUntil(socket: Socket, part: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.includes(part)) resolve(text)
    })
  })
}
