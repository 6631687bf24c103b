/** A service for tests that answers what the test scripts, over HTTP and WebSocket. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** One request that arrived. */
export interface Received {
  call: string
  authorization: string | undefined
  body: unknown
}

/** A scripted service. */
export interface StubService {
  url: string
  received: Received[]
  /** Subprotocols of each connection. */
  offered: string[]
  /** Path and query of each connection. */
  opened: string[]
  stop(): Promise<void>
}

/** What the service answers. */
export interface Script {
  /** Status and body of a call such as `POST /v1/tokens`; undefined is 404 without a problem. */
  answer?(call: string, url: string): [status: number, body: unknown] | undefined
  /** What happens on a connection. */
  connect?(socket: WebSocket): void
  /** Status and body that refuse every upgrade. */
  refuseUpgrade?: [status: number, body: unknown]
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = (await request.toArray()).join('')
  return text === '' ? undefined : JSON.parse(text)
}

/** Starts a service on a free port. */
export async function startStubService(script: Script): Promise<StubService> {
  const received: Received[] = []
  const offered: string[] = []
  const opened: string[] = []
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'channel-protocol.v1',
  })
  const server = createServer(async (request, answer) => {
    const call = `${request.method} ${request.url}`
    const { authorization } = request.headers
    received.push({ call, authorization, body: await readBody(request) })
    const [status, body] = script.answer?.(call, url) ?? [404, 'nothing']
    answer.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.on('upgrade', (request, socket, head) => {
    offered.push(String(request.headers['sec-websocket-protocol']))
    opened.push(String(request.url))
    if (script.refuseUpgrade !== undefined) {
      const [status, body] = script.refuseUpgrade
      const text = JSON.stringify(body)
      const size = Buffer.byteLength(text)
      socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-length: ${size}\r\nconnection: close\r\n\r\n${text}`,
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (connected) => script.connect?.(connected))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    received,
    offered,
    opened,
    async stop() {
      const closed = once(server, 'close')
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
