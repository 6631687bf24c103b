/** Holds one channel open and says what arrives; it alone knows the WebSocket of the command-line client. */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { CallFailure, describeRefusal, describeUnreachable } from './calls.ts'

const handshakeTimeoutMs = 30_000
const closeTimeoutMs = 2000
const refusalBytes = 65_536

/** What to listen to. */
export interface Listening {
  connectUrl: string
  token: string
  /** Where to go on in the messages; nothing for those from now on. */
  after?: string
  /** Called with each envelope, as it came. */
  onEnvelope(envelope: { type?: unknown }): void
  /** Ends the listening after so many messages and broadcasts; never when undefined. */
  count?: number
  /** Ends the listening when it aborts. */
  signal: AbortSignal
}

function readEnvelope(frame: string): { type?: unknown } | undefined {
  try {
    const envelope = JSON.parse(frame)
    return typeof envelope === 'object' && envelope !== null ? envelope : undefined
  } catch {
    return undefined
  }
}

async function readRefusal(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk
    if (text.length > refusalBytes) break
  }
  return describeRefusal(answer.statusCode ?? 0, text)
}

function addAfter(connectUrl: string, after: string | undefined): string {
  if (after === undefined) return connectUrl
  return `${connectUrl}${connectUrl.includes('?') ? '&' : '?'}${new URLSearchParams({ after })}`
}

function open(connectUrl: string, protocols: string[]): WebSocket {
  const options = { handshakeTimeout: handshakeTimeoutMs, perMessageDeflate: false }
  try {
    return new WebSocket(connectUrl, protocols, options)
  } catch (cause) {
    const what = `no WebSocket can be opened at ${connectUrl} with this token`
    throw new CallFailure(`${what}: check that both are as the service gave them`, { cause })
  }
}

/** Puts a failed connection into one line. */
function describeFailure(connectUrl: string, cause: Error & { code?: string }): string {
  const { origin } = new URL(connectUrl)
  return cause.code === 'ECONNREFUSED' || cause.code === 'ENOTFOUND'
    ? describeUnreachable(origin)
    : `the connection to ${origin} failed: ${cause.message}`
}

/**
 * Connects and listens until `count` messages and broadcasts came or `signal` aborts.
 * Rejects with CallFailure when the service refuses, closes or is not there.
 */
export async function listen(listening: Listening): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const { connectUrl, token, count = Number.POSITIVE_INFINITY, signal } = listening
  const protocols = ['channel-protocol.v1', `channel-token.${token}`]
  const socket = open(addAfter(connectUrl, listening.after), protocols)
  const fail = (message: string) => reject(new CallFailure(message))
  let messages = 0
  let done = false

  const end = () => {
    done = true
    socket.close(1000)
    setTimeout(() => socket.terminate(), closeTimeoutMs).unref()
  }
  signal.addEventListener('abort', end)
  if (signal.aborted) end()

  socket.on('message', (frame) => {
    if (done) return
    const envelope = readEnvelope(String(frame))
    if (envelope === undefined) {
      fail('the service sent a frame that is no JSON object: this is not the Channel Protocol')
      return end()
    }
    listening.onEnvelope(envelope)
    if (envelope.type === 'message' || envelope.type === 'broadcast') messages += 1
    if (messages >= count) end()
  })
  socket.on('unexpected-response', (request, answer) => {
    readRefusal(answer)
      .then(fail, () => fail(`${answer.statusCode} broke off`))
      .finally(() => request.destroy())
  })
  socket.on('error', (cause) => {
    if (done) resolve()
    else fail(describeFailure(connectUrl, cause))
  })
  socket.on('close', (code, reason) => {
    signal.removeEventListener('abort', end)
    if (done) resolve()
    else fail(`closed ${code}${reason.length > 0 ? ` ${reason}` : ''}`)
  })
  return promise
}
