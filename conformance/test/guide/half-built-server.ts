/** A server as somebody has it on the first afternoon: discovery, problems, the key and tokens, and nothing else. */

import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEVELOPMENT, PROBLEMS, type ProblemCode } from '@channel-protocol/schemas/registry'
import { leastDiscovery } from '../../src/guide/announcement.ts'

/** A running server. */
export interface SmallServer {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a server that answers 404, with nothing in it, to everything. */
export const startEmptyServer = (): Promise<SmallServer> =>
  start((_request, response) => response.writeHead(404).end())

/** Starts the server of the first afternoon. */
export const startHalfBuiltServer = (): Promise<SmallServer> => start(answer)

const SECRET = randomBytes(32)
const LEGAL_CLIENT_ID = /^[^\p{Cc}]+$/u

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  const path = new URL(request.url ?? '/', 'http://host').pathname
  const send = (status: number, value: unknown, type = 'application/json'): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'max-age=60' })
    response.end(JSON.stringify(value))
  }
  const refuse = (code: ProblemCode): void => {
    const { status, title, retryable } = PROBLEMS[code]
    const type = `https://channel-protocol.org/problems/${code}`
    send(status, { type, title, status, code, retryable }, 'application/problem+json')
  }
  if (path === '/v1') send(200, leastDiscovery(['core']))
  else if (path !== '/v1/tokens' || request.method !== 'POST') refuse('not-found')
  else {
    const minted = mint(request, body)
    if (typeof minted === 'string') refuse(minted)
    else send(201, minted)
  }
}

/** The answer with a token, or why there is none. */
function mint({ headers }: IncomingMessage, body: string): object | ProblemCode {
  const key = headers.authorization?.replace(/^Bearer /, '') ?? ''
  if (!(DEVELOPMENT.application_keys as readonly string[]).includes(key))
    return 'invalid-application-key'
  const call = readObject(body)
  if (!call) return 'malformed-request'
  const { client_id: clientId, ttl_seconds: ttl = 7200 } = call
  if (
    typeof clientId !== 'string' ||
    !LEGAL_CLIENT_ID.test(clientId) ||
    Buffer.byteLength(clientId) > 256
  )
    return 'invalid-client-id'
  if (typeof ttl !== 'number' || ttl < 1 || ttl > 86_400) return 'invalid-ttl'
  const expiresAt = new Date(Date.now() + ttl * 1000).toISOString()
  const claims = Buffer.from(JSON.stringify([clientId, expiresAt, randomBytes(9).toString('hex')]))
  const signature = createHmac('sha256', SECRET).update(claims).digest('base64url')
  return {
    token: `${claims.toString('base64url')}.${signature}`,
    client_id: clientId,
    expires_at: expiresAt,
    connect_url: `ws://${headers.host}/v1/connect`,
  }
}

function readObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

async function start(
  serve: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<SmallServer> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => serve(request, response, body))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
