/** Requests and answers of the chat over node:http: it alone knows how bytes are read and written. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'
import type { Answer } from './rules/answer.ts'

/** All bytes of a body. Rejects with Refusal where there are more than `maxBytes`, or fewer than announced. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      // What is too long is read on for a while, so that the sender gets to read the answer.
      if (bytes <= maxBytes) chunks.push(chunk)
      else if (bytes > 8 * maxBytes) break
    }
  } catch {
    throw new Refusal('malformed-request', 'the body ended early')
  }
  if (bytes > maxBytes)
    throw new Refusal('payload-too-large', `the body has more than ${maxBytes} bytes`)
  return Buffer.concat(chunks, bytes)
}

/** Writes an answer; a connection whose request was not read to its end is closed behind it. */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): void {
  if (response.headersSent || response.destroyed) return
  const body = answer.text === undefined ? undefined : Buffer.from(answer.text)
  response.writeHead(answer.status, {
    ...answer.headers,
    'x-content-type-options': 'nosniff',
    ...(body && { 'content-length': String(body.length) }),
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}
