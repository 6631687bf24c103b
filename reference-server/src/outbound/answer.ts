/** Answers to HTTP requests as bytes; it alone knows how an answer is written, also where no response object exists. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../ports.ts'

/** An answer to be written: `text` as it is, or else `body` as JSON; its media type is in no header. */
export interface WrittenAnswer {
  status: number
  headers: Record<string, string>
  mediaType: string
  body: object
  text?: string
}

/** Writes an answer; the connection may serve another request. */
export function writeAnswer(response: ServerResponse, answer: WrittenAnswer): void {
  if (response.headersSent || response.destroyed) return
  const body = writeBody(answer)
  response.writeHead(answer.status, makeHeaders(answer, Buffer.byteLength(body)))
  // A text leaves with its headers in one piece; bytes would be a second one.
  response.end(body)
}

/**
 * Writes an answer on a bare connection that serves another request within `keepAliveMs` milliseconds, in one write.
 */
export function writePlainAnswer(socket: Socket, answer: WrittenAnswer, keepAliveMs: number): void {
  const { status, mediaType, headers } = answer
  const body = writeBody(answer)
  const bytes = Buffer.byteLength(body)
  // One text, and no record of headers: gathering those, and reading them again, was half a microsecond of a post.
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ${mediaType}\r\ncontent-length: ${bytes}\r\nx-content-type-options: nosniff\r\n`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  const keptSeconds = Math.floor(keepAliveMs / 1000)
  socket.write(
    `${head}date: ${writeDate()}\r\nconnection: keep-alive\r\nkeep-alive: timeout=${keptSeconds}\r\n\r\n${body}`,
    bytes === body.length ? 'latin1' : 'utf8',
  )
}

let dated = 0
let date = ''

/** The time of the machine as HTTP writes it, made once a second. */
function writeDate(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dated) {
    dated = second
    date = new Date(second * 1000).toUTCString()
  }
  return date
}

/**
 * Writes an answer to a request whose body is not read to its end: what still arrives is discarded for `lingerMs`
 * milliseconds at most, so that the peer receives the answer before the connection ends.
 */
export function writeLastAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: WrittenAnswer,
  linger: { clock: Clock; lingerMs: number },
): void {
  if (response.headersSent || response.destroyed) return
  const body = Buffer.from(writeBody(answer))
  response.writeHead(answer.status, {
    ...makeHeaders(answer, body.length),
    connection: 'close',
  })
  response.write(body)
  const cancel = linger.clock.after(linger.lingerMs, () => response.end())
  const finish = (): void => {
    cancel()
    response.end()
  }
  request.once('end', finish)
  request.once('close', finish)
  request.resume()
}

/** Writes an answer on a bare stream, reads and discards for `lingerMs` milliseconds at most, then ends it. */
export function writeRawAnswer(
  stream: Duplex,
  answer: WrittenAnswer,
  linger: { clock: Clock; lingerMs: number },
): void {
  stream.on('error', () => stream.destroy())
  if (!stream.writable) {
    stream.destroy()
    return
  }
  const body = writeBody(answer)
  const headers = { ...makeHeaders(answer, Buffer.byteLength(body)), connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`, ...lines]
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  stream.resume()
  const cancel = linger.clock.after(linger.lingerMs, () => stream.destroy())
  stream.once('close', cancel)
}

function writeBody({ text, body }: WrittenAnswer): string {
  return text ?? JSON.stringify(body)
}

function makeHeaders(answer: WrittenAnswer, bytes: number): Record<string, string> {
  return {
    'content-type': answer.mediaType,
    'content-length': String(bytes),
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  }
}
