/** Publishers of a benchmark; it alone knows how a post is written and when the next one may follow. */
import { connect, type Socket } from 'node:net'

/** Where posts go. */
export interface PostTarget {
  port: number
  /** Lines of the head, beside those that every post has. */
  headers: readonly string[]
}

/** One post. */
export interface Post {
  path: string
  body: string
}

/** A connection that carries one post after the other. */
export interface Publisher {
  /** Sends a post; resolves when it was answered with 200, rejects for any other answer. */
  post(post: Post): Promise<void>
  close(): void
}

/** Opens a connection for posts. */
export async function openPublisher({ port, headers }: PostTarget): Promise<Publisher> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  let waiting: { resolve(): void; reject(error: Error): void } | undefined
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (text.length < end + 4 + length) return
    const answered = text
    text = text.slice(end + 4 + length)
    const one = waiting
    waiting = undefined
    if (answered.startsWith('HTTP/1.1 200')) one?.resolve()
    else one?.reject(new Error(answered.slice(0, 400)))
  })
  socket.on('close', () => waiting?.reject(new Error('the server ended a publisher')))
  return {
    post: (post) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        write(socket, post, port, headers)
      }),
    close: () => socket.destroy(),
  }
}

function write(
  socket: Socket,
  { path, body }: Post,
  port: number,
  headers: readonly string[],
): void {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
}
