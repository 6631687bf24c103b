/** Requests and answers of the chat over node:http: it alone knows how bytes are read and written. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'
import type { AnswerRequest, ChatRequest } from './routes.ts'
import type { Answer } from './rules/answer.ts'

/** All bytes of a body. Rejects with Refusal where there are more than `maxBytes`, or fewer than announced. */
export async function readBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
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

/** A listener of node:http for a chat. */
export function makeListener(
  answer: AnswerRequest,
): (request: IncomingMessage, response: ServerResponse) => void {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    writeAnswer(request, response, await answer(readRequest(request)))
  }
  return (request, response) => void serve(request, response)
}

function readRequest(request: IncomingMessage): ChatRequest {
  const { method = '', url = '', headers, socket } = request
  return {
    method,
    url,
    headers,
    address: socket.remoteAddress,
    readBody: (maxBytes) => readBody(request as AsyncIterable<Uint8Array>, maxBytes),
  }
}

/** Writes an answer; a connection whose request was not read to its end is closed behind it. */
function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
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
