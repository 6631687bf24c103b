/** The HTTP listener; it alone knows the library's server, its timers and how its own refusals become problems. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Awaitable } from '../broker-port.ts'
import { writeAnswer, writeLastAnswer, writeRawAnswer } from '../outbound/answer.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'
import { readBody, takeBody } from './body.ts'
import { type Asked, answerCall, type ReadBody, readTarget, type Target } from './call.ts'
import type { PlainPost } from './plain-post.ts'
import { makePlainUpgradeReader, type PlainUpgrade } from './plain-upgrade.ts'
import { type Lane, type LaneParts, makePostLane } from './post-lane.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Least time for which a connection that served a request waits for the next one. */
const KEEP_ALIVE_MS = 5000

/** Least time between two warnings that connections cannot be accepted. */
const WARN_EVERY_MS = 10_000

/** A wait that nobody measures, in milliseconds. */
const SHORT_MS = 100

/** The posts that are made most. */
const LANE_PATHS = ['/v1/messages', '/v1/broadcasts', '/v1/batches', '/v1/tokens']

/** The path of the upgrades that are made most. */
const CONNECT_PATH = '/v1/connect'

/** In place of the advertised time for a header section, which the library measures by the time of the machine. */
const STANDING_STILL_MS = 120_000

/** Who takes the requests that open a WebSocket. */
export interface UpgradeTaker {
  /** Whether a WebSocket is opened at this path below the base; nothing for a path outside it. */
  takes(path: string | undefined): boolean
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Takes one that was read without the library, and its connection. */
  onPlain(upgrade: PlainUpgrade, socket: Socket): void
}

/** Who takes requests that are answered in another way than by one document. */
export interface RequestTaker {
  /** Whether this request is one; `path` is that below the base. */
  takes(request: IncomingMessage, path: string | undefined): boolean
  onRequest(request: IncomingMessage, response: ServerResponse): void
}

/** An answer, and its cause where it is a refusal. */
interface Answered {
  made: Answer
  cause: unknown
}

/** A server, and how it ends what is connected. */
export interface HttpListener {
  server: Server
  /** Ends every connection that was not upgraded, at once. */
  endAll(): void
}

/**
 * A server that is not yet listening.
 * @spec connection.idle.ended
 * @spec problem.headers.too-large
 * @spec problem.neighbours.undisturbed
 */
export function makeHttpServer(
  service: Service,
  upgrades: UpgradeTaker,
  takers: readonly RequestTaker[],
): HttpListener {
  const { rules, timings, limits, ports } = service
  const seconds = timings.request_timeout_seconds
  const { standsStill } = ports.clock
  const headersMs = standsStill
    ? STANDING_STILL_MS
    : rules.decideRequestTimeoutSeconds(seconds, 'headers') * 1000
  const keepAliveMs = Math.max(headersMs, KEEP_ALIVE_MS)
  const bodyMs = rules.decideRequestTimeoutSeconds(seconds, 'body') * 1000
  const linger = {
    clock: ports.clock,
    lingerMs: rules.decideLingerMs(timings.close_timeout_seconds, 'answer'),
  }
  /** What is being answered on a socket, so that a late parser error does not answer twice. */
  const answering = new WeakMap<Duplex, ServerResponse>()

  const server = createServer({
    headersTimeout: headersMs,
    // Bodies have their own timer; this is the bound for what nobody reads.
    requestTimeout: headersMs + bodyMs * 2,
    connectionsCheckingInterval: Math.min(1000, Math.max(50, headersMs / 4)),
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: rules.decideMaxHeaderBytes(limits.header_bytes),
    requireHostHeader: false,
    shouldUpgradeCallback: (request) =>
      request.method === 'GET' &&
      request.headers.upgrade?.toLowerCase() === 'websocket' &&
      upgrades.takes(readTarget(request.url, service.basePath).path),
  })

  /** What a call is answered, and why where that is a refusal; neither throws nor rejects. */
  function decideAnswer(asked: Asked, target: Target, read: ReadBody): Awaitable<Answered> {
    const finish = (made: Answer, cause?: unknown): Answered => {
      ports.metrics.count('requests_answered', String(made.status))
      Object.assign(made.headers, rules.makeCrossOriginHeaders())
      return { made, cause }
    }
    const refuse = (cause: unknown): Answered => finish(makeRefusalAnswer(service, cause), cause)
    try {
      const made = answerCall(service, asked, target, read)
      return made instanceof Promise ? made.then(finish, refuse) : finish(made)
    } catch (cause) {
      return refuse(cause)
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
  ): Promise<void> {
    const { made, cause } = await decideAnswer(request, target, (bounds) => {
      if (isWaiting(request)) response.writeContinue()
      return readBody(request, bounds)
    })
    if (cause !== undefined && mustHangUp(request, cause))
      writeLastAnswer(request, response, made, linger)
    else writeAnswer(response, made)
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answering.set(request.socket, response)
    const target = readTarget(request.url, service.basePath)
    const taker = takers.find((one) => one.takes(request, target.path))
    if (taker) {
      taker.onRequest(request, response)
      return
    }
    answer(request, response, target).catch((cause: unknown) => {
      ports.metrics.count('defects')
      ports.log.error({ err: cause }, 'an answer could not be written')
      response.destroy()
    })
  }
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onRequest)
  server.on('upgrade', upgrades.onUpgrade)
  server.on('connect', (_request, socket) => {
    const refusal = new Refusal('method-not-allowed', 'this is no proxy', {
      allow: ['GET', 'POST'],
    })
    writeRawAnswer(socket, makeRefusalAnswer(service, refusal), linger)
  })
  let warnedMs = Number.NEGATIVE_INFINITY
  server.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever made it listen hears of a failure of that.
    if (!server.listening) return
    ports.metrics.count('accepts_failed', code)
    if (ports.clock.nowMs() < warnedMs + WARN_EVERY_MS) return
    warnedMs = ports.clock.nowMs()
    ports.log.warn({ code }, 'connections cannot be accepted; raise the limit of open files')
  })
  const refuse = (socket: Duplex, refusal: Refusal): void => {
    const refused = makeRefusalAnswer(service, refusal)
    ports.metrics.count('requests_answered', String(refused.status))
    writeRawAnswer(socket, refused, linger)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const response = answering.get(socket)
    const isAnswered = response?.headersSent === true && !response.writableEnded
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswered) {
      socket.destroy()
      return
    }
    refuse(socket, readParserError(error))
  })
  const expire = (socket: Socket): void => refuse(socket, makeLate())
  const lanePart = {
    urls: new Set(LANE_PATHS.map((path) => `${service.basePath}${path}`)),
    firstBytesMs: headersMs,
    keepAliveMs,
    expire,
    answer: (post: PlainPost) => {
      const target = { path: post.url.slice(service.basePath.length), query: '' }
      return decideAnswer(post, target, (bounds) => takeBody(post.body, bounds))
    },
    readUpgrade: makePlainUpgradeReader(`${service.basePath}${CONNECT_PATH}`),
    upgrade: upgrades.onPlain,
  }
  const lane = useLane(server, lanePart, (socket, ms) => {
    const judge = (): void => {
      const hasHead = answering.has(socket) || socket.bytesWritten > 0
      if (!hasHead && !socket.destroyed) expire(socket)
    }
    setTimeout(judge, ms).unref()
  })
  const endAll = (): void => {
    lane.stop()
    server.closeAllConnections()
  }
  return { server, endAll }
}

/** Lets a lane have the connections first; `expireAfter` bounds what is left of the time for a head. */
function useLane(
  server: Server,
  parts: Omit<LaneParts, 'handOver'>,
  expireAfter: (socket: Socket, ms: number) => void,
): Lane {
  const [takeOver] = server.listeners('connection')
  const lane = makePostLane({
    ...parts,
    handOver: (socket, waitedMs) => {
      takeOver?.call(server, socket)
      // The library counts from now on: as good, but where the lane waited for long.
      if (waitedMs > SHORT_MS) expireAfter(socket, parts.firstBytesMs - waitedMs)
    },
  })
  server.removeAllListeners('connection')
  server.on('connection', lane.take)
  return lane
}

/** Whether the rest of a request is not worth reading. */
function mustHangUp(request: IncomingMessage, cause: unknown): boolean {
  if (request.complete) return false
  const slug = cause instanceof Refusal ? cause.slug : undefined
  return slug === 'payload-too-large' || slug === 'request-timeout' || isWaiting(request)
}

/** Whether the peer waits for `100 Continue`, and so may or may not send its body after a refusal. */
function isWaiting(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}

function makeLate(): Refusal {
  return new Refusal('request-timeout', 'the request did not arrive in time')
}

function readParserError(error: NodeJS.ErrnoException): Refusal {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new Refusal('headers-too-large', 'the header section is larger than header_bytes')
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return makeLate()
  return new Refusal('malformed-request', 'the request is not HTTP/1.1')
}
