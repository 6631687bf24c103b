/** The two ways of a connection on the wire: a WebSocket of `ws`, and an event stream in an HTTP answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { within } from '../../drive/waiting.ts'
import { readObject } from '../../timeline/timeline.ts'
import type { MakingAttempt, Transport } from './attempt.ts'

const PROTOCOL = 'channel-protocol.v1'

/** Upgrades of every check. What a client sends is recorded and never answered. */
const upgrades = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: 1 << 16,
  handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
})

/** An upgrade that waits for a decision. `tell` is asked for once something happens, which is later. */
export function overWebSocket(
  request: IncomingMessage,
  tcp: Duplex,
  head: Buffer,
  tell: () => MakingAttempt,
): Transport {
  let socket: WebSocket | undefined
  const gone = (): void => {
    if (!socket) tell().ended(1006, '')
  }
  tcp.on('error', gone)
  tcp.on('close', gone)
  // The sockets of an HTTP server stay half open, and one that nobody reads hides its end.
  tcp.on('end', () => {
    if (!socket) tcp.destroy()
  })
  tcp.resume()
  return {
    accept() {
      if (tcp.destroyed) return
      upgrades.handleUpgrade(request, tcp, head, (opened) => {
        socket = opened
        opened.on('error', () => {})
        opened.on('close', (code, reason) => tell().ended(code, reason.toString('utf8')))
        opened.on('message', (data: Buffer, isBinary) =>
          tell().took(isBinary ? 'binary' : 'text', data.toString(isBinary ? 'latin1' : 'utf8')),
        )
      })
    },
    text: (text) => socket?.send(text, () => {}),
    binary: (bytes) => socket?.send(bytes, () => {}),
    close: (code, reason) => (code === undefined ? socket?.close() : socket?.close(code, reason)),
    drop: () => (socket ? socket.terminate() : tcp.destroy()),
    refuse: (status) =>
      tcp.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
    ping: (ms) => ping(socket, ms),
  }
}

async function ping(socket: WebSocket | undefined, ms: number): Promise<boolean> {
  if (!socket) return false
  const answered = new Promise<true>((resolve) => {
    socket.once('pong', () => resolve(true))
  })
  socket.ping('', undefined, () => {})
  return (await within(answered, ms)) ?? false
}

/** Forms of an event that are the same to whoever reads it as the HTML standard says. */
const FORMS = [
  { end: '\n', space: ' ' },
  { end: '\r', space: '' },
  { end: '\r\n', space: ' ' },
] as const

/** An event stream that waits for a decision. */
export function overStream(response: ServerResponse, tell: () => MakingAttempt): Transport {
  response.on('close', () => tell().ended(1006, ''))
  let events = 0
  const write = (event: string, text: string): void => {
    const id = idOf(text)
    const { end, space } = FORMS[events % FORMS.length] ?? FORMS[0]
    events += 1
    const lines = [
      `event:${space}${event}`,
      ...(id === undefined ? [] : [`id:${space}${id}`]),
      `data:${space}${text}`,
      '',
      // A comment, so that nobody waits for what follows a CR.
      ':',
    ]
    response.write(`${lines.join(end)}\n`)
  }
  return {
    accept() {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store, no-transform',
        'access-control-allow-origin': '*',
      })
      response.flushHeaders()
    },
    text: (text) => write(String(readObject(text)?.type ?? 'message'), text),
    binary: () => {},
    close(code = 1000, reason) {
      write('close', JSON.stringify({ type: 'close', code, reason }))
      response.end()
    },
    drop: () => response.destroy(),
    refuse: (status) => response.writeHead(status, { 'access-control-allow-origin': '*' }).end(),
    ping: async () => true,
  }
}

/** The id of the event of an envelope: the place of a welcome or behind a message, none for others. */
function idOf(text: string): string | undefined {
  const { type, id, cursor } = readObject(text) ?? {}
  if (type === 'welcome' && typeof cursor === 'string') return cursor
  return (type === 'message' || type === 'broadcast') && typeof id === 'string' ? id : undefined
}
