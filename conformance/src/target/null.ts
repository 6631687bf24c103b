/** Six servers that implement nothing. No check may pass against any of them. */

import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { DEVELOPMENT, LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { WebSocketServer } from 'ws'
import { startReceiver } from '../drive/receiver.ts'
import { readAdvertised } from './advertised.ts'
import type { Target } from './target.ts'

/** What each null server does. */
export const NULL_SERVERS = {
  'closed-port': 'nothing listens',
  'accept-and-drop': 'accepts the TCP connection and drops it',
  hang: 'accepts the TCP connection and never answers',
  'always-400': 'answers 400 and one fixed problem to everything',
  'always-200': 'answers 200 and one fixed body to everything',
  echo: 'answers 200 with what was sent, completes every upgrade and echoes every frame',
} as const

/** The name of a null server. */
export type NullServer = keyof typeof NULL_SERVERS

/** Starts a null server; every profile is taken for announced and every need for met, so that every check is tried. */
export async function openNullTarget(
  kind: NullServer,
  profiles: readonly string[],
  role: 'service' | 'application' = 'service',
): Promise<Target> {
  const { port, stop } = await START[kind]()
  const baseUrl = `http://127.0.0.1:${port}`
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0 })
  const test = (rows: Readonly<Record<string, { test: unknown }>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.test]))
  return {
    name: `a server that ${NULL_SERVERS[kind]}`,
    secrets: [],
    site: {
      baseUrl,
      advertised: readAdvertised(
        baseUrl,
        {
          profiles,
          limits: test(LIMITS),
          timings: test(TIMINGS),
          origins: 'listed',
          test_timings: true,
        },
        DEVELOPMENT.webhook_secrets,
      ),
      applicationKeys: DEVELOPMENT.application_keys,
      listedOrigin: DEVELOPMENT.origins[0],
      receiver,
      webhookPrefix: '',
      ...(role === 'application' && {
        application: {
          baseUrl,
          webhookSecrets: DEVELOPMENT.webhook_secrets,
          advance: async () => {},
        },
      }),
      launch: async () => {
        const other = await openNullTarget(kind, profiles, role)
        return { site: other.site, drain: other.stop, stop: other.stop }
      },
    },
    async stop() {
      await receiver.stop()
      await stop()
    },
  }
}

type Started = { readonly port: number; readonly stop: () => Promise<void> }

const START: Readonly<Record<NullServer, () => Promise<Started>>> = {
  'closed-port': async () => {
    const { port, stop } = await listen(createServer())
    await stop()
    return { port, stop: async () => {} }
  },
  'accept-and-drop': () => listen(createServer((socket) => socket.destroy())),
  hang: () => listen(createServer((socket) => socket.on('error', () => {}).resume())),
  'always-400': () =>
    http((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/problem+json' })
      response.end(
        '{"type":"about:blank","title":"Bad Request","status":400,"code":"malformed-request"}',
      )
    }),
  'always-200': () =>
    http((_request, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store, max-age=60',
      })
      response.end('{"ok":true}')
    }),
  echo: async () => {
    const server = createHttpServer((request, response) => {
      response.writeHead(200, {
        'content-type': request.headers['content-type'] ?? 'application/json',
      })
      request.on('error', () => response.destroy()).pipe(response)
    })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => {
      socket.on('error', () => {})
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    })
    return listen(server)
  },
}

function http(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Started> {
  const server: HttpServer = createHttpServer((request, response) => {
    request.on('error', () => {}).resume()
    answer(request, response)
  })
  return listen(server)
}

async function listen(server: Server): Promise<Started> {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
