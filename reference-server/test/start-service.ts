/** A whole service for one test, on a port that the system chooses, and the calls that tests make of it. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { WebSocket } from 'ws'
import type { ScrapedMetrics } from '../src/metrics.ts'
import type { Fault } from '../src/parts.ts'
import type { Clock, Log } from '../src/ports.ts'
import { type RunningServer, startServer } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'

export const KEY = DEVELOPMENT.application_keys[0]

type Json = Record<string, unknown>

/** A connection as a test sees it. */
export interface TestClient {
  socket: WebSocket
  /** The next envelope that was not taken yet. */
  next(): Promise<Json>
  /** Code and reason of the end. */
  closed: Promise<[number, string]>
}

/** How a test opens a connection. */
export interface Offering {
  origin?: string
  /** What stands behind the path, with its question mark. */
  query?: string
}

/** What a test asks of a service. */
export interface TestCalls {
  call(method: string, path: string, body?: unknown, headers?: Json): Promise<Response>
  post(path: string, body: unknown): Promise<Json & { status?: number }>
  mint(clientId: string, ttlSeconds?: number): Promise<string>
  connect(token: string, options?: Offering): TestClient
  offer(protocols: string[], options?: Offering): TestClient
}

/** What a test does with a service. */
export interface TestService extends RunningServer, TestCalls {}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Starts a service without webhooks; `flags` are those of the command line. */
export async function startService(
  flags: readonly string[] = [],
  surroundings: { clock?: Clock; log?: Log; metrics?: ScrapedMetrics } = {},
  faults: readonly Fault[] = [],
): Promise<TestService> {
  const base = ['--port', '0', '--private-port', '0', '--application-key', KEY]
  const settings = readSettings([...base, ...flags], {})
  const server = await startServer(settings, { log: silentLog, ...surroundings }, faults)
  return { ...server, ...makeCalls(server.baseUrl) }
}

/** The calls of a service at this base. */
export function makeCalls(baseUrl: string): TestCalls {
  const call: TestCalls['call'] = (method, path, body, headers = {}) =>
    fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(headers as Record<string, string>),
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    })
  const post: TestCalls['post'] = async (path, body) =>
    (await (await call('POST', path, body)).json()) as Json
  const offer: TestCalls['offer'] = (protocols, { query = '', ...options } = {}) =>
    openClient(`${baseUrl.replace('http', 'ws')}/v1/connect${query}`, protocols, options)

  return {
    call,
    post,
    mint: async (clientId, ttlSeconds) => {
      const wish = { client_id: clientId, ...(ttlSeconds ? { ttl_seconds: ttlSeconds } : {}) }
      return String((await post('/v1/tokens', wish)).token)
    },
    connect: (token, options) => offer(['channel-protocol.v1', `channel-token.${token}`], options),
    offer,
  }
}

function openClient(url: string, protocols: string[], options: { origin?: string }): TestClient {
  const socket = new WebSocket(url, protocols, options)
  const waiting: ((envelope: Json) => void)[] = []
  const arrived: Json[] = []
  socket.on('message', (data) => {
    const envelope = JSON.parse(String(data)) as Json
    const taker = waiting.shift()
    if (taker) taker(envelope)
    else arrived.push(envelope)
  })
  socket.on('error', () => {})
  return {
    socket,
    next: () => {
      const envelope = arrived.shift()
      return envelope ? Promise.resolve(envelope) : new Promise((resolve) => waiting.push(resolve))
    },
    closed: new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve([code, String(reason)])),
    ),
  }
}
