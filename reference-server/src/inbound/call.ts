/** From a request to its answer; it alone knows in which order a call is judged before its handler sees it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Awaitable, KeyedPost } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'
import type { Route, RouteName } from '../rules/route.ts'
import type { BodyBounds } from './body.ts'
import { answerOnce } from './once.ts'
import { answerBatch } from './routes/batch.ts'
import { answerBroadcast } from './routes/broadcast.ts'
import { answerDisconnect } from './routes/control.ts'
import { answerDiscovery } from './routes/discovery.ts'
import { answerGae } from './routes/gae.ts'
import { answerMessage } from './routes/message.ts'
import { answerPresence } from './routes/presence.ts'
import { answerSocket, answerSocketBroadcast, answerSocketSend } from './routes/socket.ts'
import { answerToken } from './routes/token.ts'
import type { Handler, Service } from './service.ts'

type BodyBytes = Pick<BodyBounds, 'maxBytes' | 'namedBytes'>

const HANDLERS: Record<RouteName, Handler> = {
  discovery: answerDiscovery,
  token: answerToken,
  message: answerMessage,
  batch: answerBatch,
  broadcast: answerBroadcast,
  presence: answerPresence,
  control: answerDisconnect,
  gae: answerGae,
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

/** Bytes of the largest body, and those that its refusal names, where a call has its own. */
const BODY_BYTES: Partial<Record<RouteName, (service: Service) => BodyBytes>> = {
  batch: ({ rules, limits }) => ({
    maxBytes: rules.decideMaxBatchBytes(limits.batch_bytes),
    namedBytes: limits.batch_bytes,
  }),
  'socket-send': ({ rules, limits }) => ({
    maxBytes: rules.decideMaxSendBytes(limits.data_bytes, limits.sockets_per_send),
    namedBytes: limits.data_bytes,
  }),
}

/** Those of every other call. */
const makeBodyBytes = ({ rules, limits }: Service): BodyBytes => ({
  maxBytes: rules.decideMaxBodyBytes(limits.data_bytes),
  namedBytes: limits.data_bytes,
})

/** Where a request goes. */
export interface Target {
  /** Path below the base, or nothing for a path outside it. */
  path: string | undefined
  /** Raw query. */
  query: string
}

/** Splits the request target; `basePath` has no trailing slash. */
export function readTarget(url: string | undefined, basePath: string): Target {
  const asked = url ?? ''
  const isAbsolute = !asked.startsWith('/')
  const from = isAbsolute ? (/^https?:\/\/[^/?#]*/i.exec(asked)?.[0].length ?? 0) : 0
  const mark = asked.indexOf('?', from)
  const path = asked.slice(from, mark < 0 ? undefined : mark)
  const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined
  return { path: below, query: mark < 0 ? '' : asked.slice(mark + 1) }
}

/** What a request shows before its body. */
export interface Asked {
  method?: string | undefined
  httpVersion: string
  headers: Readonly<IncomingHttpHeaders>
  /** Names as written, each before its value. */
  rawHeaders: readonly string[]
}

/** Reads the body of a request within bounds, or answers one that is there already; fails with a Refusal. */
export type ReadBody = (bounds: BodyBounds) => Awaitable<Uint8Array>

/**
 * Answers a request; throws a Refusal, or rejects with one, or with anything else for a defect.
 * No async function, which would be three promises for a post that waits for nothing.
 * Judged in this order: path, method, application key, media type, body, idempotency key, members.
 * @spec security.refusal.uniform
 */
export function answerCall(
  service: Service,
  request: Asked,
  target: Target,
  readBody: ReadBody,
): Awaitable<Answer> {
  const { rules } = service
  const method = request.method ?? ''
  const route = decideRoute(service, target.path)
  throwIf(rules.decideMethod(method, route, service.facts.profiles))
  if (request.headers.host === undefined && request.httpVersion === '1.1')
    throw new Refusal('malformed-request', 'the request has no Host')
  if (route.keyed) authorize(service, request, method, target)
  const handle = (body: Record<string, unknown>, post?: KeyedPost): Awaitable<Answer> =>
    HANDLERS[route.name](service, {
      body,
      post,
      query: target.query,
      host: request.headers.host,
      ifNoneMatch: request.headers['if-none-match'],
    })
  const { members } = route
  if (!members) return handle({})
  const keys = readHeaders(request).idempotencyKeys
  throwIf(rules.decideIdempotency(keys, service.facts.profiles))
  const read = readBytes(service, request, route, readBody)
  const carryOn = (bytes: Uint8Array): Awaitable<Answer> => {
    const body = rules.selectMembers(rules.parseBody(rules.decodeBody(bytes)), members)
    return answerOnce(service, { route, keys, bytes }, (post) => handle(body, post))
  }
  return read instanceof Promise ? read.then(carryOn) : carryOn(read)
}

/** The calls that each service was asked for before; as many at most as there are exact paths. */
const decidedRoutes = new WeakMap<Service, Map<string, Route>>()

function decideRoute(service: Service, path: string | undefined): Route {
  if (path === undefined) throw new Refusal('not-found', 'this path is outside the base')
  const decided = decidedRoutes.get(service) ?? new Map<string, Route>()
  const known = decided.get(path)
  if (known) return known
  const { rules, facts } = service
  throwIf(rules.decideProfile(path, facts.profiles))
  const route = rules.decideRoute(path)
  if (route instanceof Refusal) throw route
  decidedRoutes.set(service, decided)
  if (route.path === path) decided.set(path, route)
  return route
}

/** What is read of headers, each text as often as it came; the runtime's own lists would be made of every header. */
interface HeaderTexts {
  names: readonly string[]
  authorizations: readonly string[]
  idempotencyKeys: readonly string[]
}

/** The newest: a publisher sends the same headers again and again, and what reads them remembers the list. */
let newest: { list: readonly string[]; texts: HeaderTexts } | undefined

function readHeaders({ rawHeaders }: Asked): HeaderTexts {
  if (newest?.list === rawHeaders) return newest.texts
  const names = rawHeaders.filter((_, at) => at % 2 === 0)
  const readAll = (name: string): string[] =>
    names.flatMap((written, at) =>
      written.toLowerCase() === name ? [rawHeaders[at * 2 + 1] ?? ''] : [],
    )
  const texts = {
    names,
    authorizations: readAll('authorization'),
    idempotencyKeys: readAll('idempotency-key'),
  }
  newest = { list: rawHeaders, texts }
  return texts
}

function authorize(
  { rules, applicationKeys, takeCall }: Service,
  request: Asked,
  method: string,
  { path = '', query }: Target,
): void {
  const { names, authorizations } = readHeaders(request)
  const authorization = rules.selectAuthorization(authorizations, names)
  const contentType = request.headers['content-type']
  const idempotencyKey = request.headers['idempotency-key']?.toString()
  const call = { authorization, contentType, idempotencyKey, method, path, query }
  const live = rules.selectLiveKeys(applicationKeys)
  const key = rules.readBearer(authorization)
  if (rules.decideKey(key, live, call) !== 'live')
    throw new Refusal('invalid-application-key', 'send Authorization: Bearer <application key>')
  takeCall(key ?? '')
}

function readBytes(
  service: Service,
  request: Asked,
  { name }: Route,
  readBody: ReadBody,
): Awaitable<Uint8Array> {
  const { rules, timings, ports } = service
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  if (!rules.decideIsBodyThere(length, coding, name))
    throw new Refusal('malformed-request', 'the request has no body; send a JSON object')
  throwIf(rules.decideMediaType(request.headers['content-type']))
  const { maxBytes, namedBytes } = (BODY_BYTES[name] ?? makeBodyBytes)(service)
  return readBody({
    maxBytes,
    namedBytes,
    timeoutMs: rules.decideRequestTimeoutSeconds(timings.request_timeout_seconds, 'body') * 1000,
    clock: ports.clock,
  })
}

function throwIf(refusal: Refusal | undefined): void {
  if (refusal) throw refusal
}
