/** From a request to its answer; it alone knows in which order a call is judged before its handler sees it. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'
import type { Route, RouteName } from '../rules/route.ts'
import { readBody } from './body.ts'
import { answerBroadcast } from './routes/broadcast.ts'
import { answerDiscovery } from './routes/discovery.ts'
import { answerMessage } from './routes/message.ts'
import { answerPresence } from './routes/presence.ts'
import { answerSocket, answerSocketBroadcast, answerSocketSend } from './routes/socket.ts'
import { answerToken } from './routes/token.ts'
import type { Handler, Service } from './service.ts'

const HANDLERS: Record<RouteName, Handler> = {
  discovery: answerDiscovery,
  token: answerToken,
  message: answerMessage,
  broadcast: answerBroadcast,
  presence: answerPresence,
  // A WebSocket upgrade never comes here.
  connect: async ({ rules }) => {
    const facts = { upgrade: undefined, key: undefined, version: undefined, offers: [] }
    throw rules.decideUpgrade(facts) ?? new Refusal('upgrade-required')
  },
  socket: answerSocket,
  'socket-send': answerSocketSend,
  'socket-broadcast': answerSocketBroadcast,
  'socket-open': async ({ rules }) => {
    const facts = { upgrade: undefined, key: undefined, version: undefined }
    throw rules.decideSocketUpgrade(facts) ?? new Refusal('upgrade-required')
  },
}

/** Where a request goes. */
export interface Target {
  /** Path below the base, or nothing for a path outside it. */
  path: string | undefined
  /** Raw query. */
  query: string
}

/** Splits the request target; `basePath` has no trailing slash. */
export function readTarget(url: string | undefined, basePath: string): Target {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url ?? '')?.[0] ?? ''
  const [path = '', ...rest] = (url ?? '').slice(origin.length).split('?')
  const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined
  return { path: below, query: rest.join('?') }
}

/**
 * Answers a request; rejects with a Refusal, or with anything else for a defect.
 * Judged in this order: path, method, application key, media type, body, members.
 * @spec security.refusal.uniform
 * @param onRead called before the first byte of a body is awaited
 */
export async function answerCall(
  service: Service,
  request: IncomingMessage,
  target: Target,
  onRead: () => void,
): Promise<Answer> {
  const { rules } = service
  const method = request.method ?? ''
  const route = decideRoute(service, target.path)
  throwIf(rules.decideMethod(method, route))
  if (request.headers.host === undefined && request.httpVersion === '1.1')
    throw new Refusal('malformed-request', 'the request has no Host')
  if (route.keyed) authorize(service, request, method, target)
  const body = route.members ? await readMembers(service, request, route, onRead) : {}
  return HANDLERS[route.name](service, { body, query: target.query, host: request.headers.host })
}

function decideRoute({ rules, facts }: Service, path: string | undefined): Route {
  if (path === undefined) throw new Refusal('not-found', 'this path is outside the base')
  throwIf(rules.decideProfile(path, facts.profiles))
  const route = rules.decideRoute(path)
  if (route instanceof Refusal) throw route
  return route
}

function authorize(
  { rules, applicationKeys }: Service,
  request: IncomingMessage,
  method: string,
  { path = '', query }: Target,
): void {
  const authorization = rules.selectAuthorization(request.headersDistinct.authorization ?? [])
  const contentType = request.headers['content-type']
  const call = { authorization, contentType, method, path, query }
  const live = rules.selectLiveKeys(applicationKeys)
  if (rules.decideKey(rules.readBearer(authorization), live, call) === 'live') return
  throw new Refusal('invalid-application-key', 'send Authorization: Bearer <application key>')
}

async function readMembers(
  service: Service,
  request: IncomingMessage,
  { name, members = [] }: Route,
  onRead: () => void,
): Promise<Record<string, unknown>> {
  const { rules, limits, timings, ports } = service
  throwIf(rules.decideIdempotency(String(request.headers['idempotency-key'] ?? '') || undefined))
  const length = request.headers['content-length']
  const isEmpty = !request.headers['transfer-encoding'] && (length === undefined || length === '0')
  if (isEmpty) throw new Refusal('malformed-request', 'the request has no body; send a JSON object')
  throwIf(rules.decideMediaType(request.headers['content-type']))
  onRead()
  const bytes = await readBody(request, {
    maxBytes:
      name === 'socket-send'
        ? rules.decideMaxSendBytes(limits.data_bytes, limits.sockets_per_send)
        : rules.decideMaxBodyBytes(limits.data_bytes),
    timeoutMs: rules.decideRequestTimeoutSeconds(timings.request_timeout_seconds, 'body') * 1000,
    namedBytes: limits.data_bytes,
    clock: ports.clock,
  })
  return rules.selectMembers(rules.parseBody(rules.decodeBody(bytes)), members)
}

function throwIf(refusal: Refusal | undefined): void {
  if (refusal) throw refusal
}
