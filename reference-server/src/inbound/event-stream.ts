/** Event streams; it alone knows how a request for one becomes a connection of a channel or is refused. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { writeAnswer } from '../outbound/answer.ts'
import type { Pulse } from '../outbound/connection.ts'
import { makeStreamWriter } from '../outbound/event-stream.ts'
import type { Heartbeat, Watched } from '../outbound/heartbeat.ts'
import type { Cancel, ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { decideAdmission } from '../rules/admission.ts'
import type { Connection } from '../rules/channel.ts'
import { readAsked } from '../rules/resume.ts'
import type { GivenCursors } from '../rules/sse.ts'
import { readArrival } from './arrival.ts'
import { readTarget } from './call.ts'
import type { RequestTaker } from './http.ts'
import { readValues } from './query.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** Refused and ending streams that may linger beside the open connections. */
const LINGERING_STREAMS = 1000

/** What streams are joined to, beside the service. */
export interface StreamParts {
  /** Nothing where the service does not offer `robust`. */
  heartbeat: Heartbeat | undefined
  wrapWriter(writer: ConnectionWriter, clientId: string, pulse: Pulse): ConnectionWriter
}

/** Takes requests for streams until the listener is closed. */
export interface EventStreams extends RequestTaker {
  /** Resolves when no stream is left. */
  allClosed(): Promise<void>
}

/** The event-stream side of a service that offers `sse`. */
export function makeEventStreams(service: Service, parts: StreamParts): EventStreams {
  const { rules, ports, limits, timings, channels, turn } = service
  const offersBroadcast = service.facts.profiles.includes('broadcast')
  const streams = new Set<ServerResponse>()
  let onEmpty = (): void => {}

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    // A body means nothing here, and unread it would hold the connection.
    request.resume()
    if (request.method === 'OPTIONS') {
      answerEmpty(response, rules.makePreflightHeaders(), rules.decidePreflightStatus())
      return
    }
    try {
      service.takeHandshake(request, 'stream')
      const arrival = readArrival(service, request)
      if (rules.decideStopped(readLastEventId(request), readTokens(request), arrival)) {
        answerEmpty(response, rules.makeReadableHeaders('stop'), 204)
        return
      }
      judge(request)
      open(request, response)
    } catch (cause) {
      const answer = makeRefusalAnswer(service, cause)
      Object.assign(answer.headers, rules.makeReadableHeaders('problem'))
      ports.metrics.count('requests_answered', String(answer.status))
      writeAnswer(response, answer)
    }
  }

  function answerEmpty(
    response: ServerResponse,
    headers: Record<string, string>,
    status: number,
  ): void {
    ports.metrics.count('requests_answered', String(status))
    response.writeHead(status, headers).end()
  }

  function judge(request: IncomingMessage): void {
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      throw new Refusal('malformed-request', 'the request has no Host')
    const late = rules.decideLatecomer(service.isDraining())
    if (late) throw late
    if (streams.size >= limits.connections + LINGERING_STREAMS)
      throw new Refusal('over-capacity', 'too many streams are open', { retryAfterSeconds: 1 })
  }

  function open(request: IncomingMessage, response: ServerResponse): void {
    const admission = decideAdmission(rules, readTokens(request), readArrival(service, request))
    let connection: Connection | undefined
    let cancelLifetime: Cancel = () => {}
    const endAtLifetime = (): void => {
      const lifetimeMs = rules.decideStreamLifetimeMs(timings.sse_lifetime_seconds)
      cancelLifetime = ports.clock.after(lifetimeMs, () => {
        if (connection) channels.end(connection, { by: 'service', slug: 'max-lifetime' })
      })
    }
    const refusal = 'refusal' in admission ? admission.refusal : undefined
    begin(response, refusal)
    const raw = makeStreamWriter(response, {
      socket: request.socket,
      clock: ports.clock,
      rules,
      turn,
      lingerMs: rules.decideLingerMs(timings.close_timeout_seconds, 'close'),
      onWelcome: endAtLifetime,
    })
    if ('refusal' in admission) {
      ports.metrics.count('connections_refused', admission.refusal)
      raw.close(admission.refusal)
      return
    }
    const { claims } = admission
    const writer = parts.wrapWriter(raw, claims.clientId, raw)
    const admitted = channels.admit(claims, writer, readAsked(rules, readCursors(request)))
    connection = admitted
    const watched: Watched = {
      pulse: raw,
      writer,
      onEnd: (slug) => channels.end(admitted, { by: 'service', slug }),
    }
    parts.heartbeat?.watch(watched)
    response.once('close', () => {
      cancelLifetime()
      parts.heartbeat?.forget(watched)
      channels.end(admitted, { by: 'loss' })
    })
  }

  function readTokens(request: IncomingMessage): string[] {
    const { query } = readTarget(request.url, service.basePath)
    return rules.readStreamTokens(request.headersDistinct.authorization ?? [], query)
  }

  function readLastEventId({ headers }: IncomingMessage): string | undefined {
    const value = headers['last-event-id']
    return typeof value === 'string' ? rules.selectLastEventId(value) : undefined
  }

  function readCursors(request: IncomingMessage): GivenCursors {
    const { query } = readTarget(request.url, service.basePath)
    const fromQuery = {
      after: readValues(query, 'after'),
      afterBroadcast: readValues(query, 'after_broadcast'),
    }
    const lastEventId = readLastEventId(request)
    if (lastEventId === undefined) return rules.selectCursors(undefined, fromQuery)
    const places = rules.readEventId(lastEventId, offersBroadcast)
    // An empty cursor names no place.
    const after = [places?.message ?? '']
    const afterBroadcast = places?.broadcast === undefined ? [] : [places.broadcast]
    return rules.selectCursors({ after, afterBroadcast }, fromQuery)
  }

  function begin(response: ServerResponse, refusal: CloseSlug | undefined): void {
    const status = rules.decideStreamStatus(refusal)
    streams.add(response)
    response.once('close', () => {
      streams.delete(response)
      if (streams.size === 0) onEmpty()
    })
    // A lost stream is followed by `close`.
    response.on('error', () => {})
    ports.metrics.count('requests_answered', String(status))
    const readable = rules.makeReadableHeaders(refusal ? 'refusal' : 'stream')
    response.writeHead(status, { ...rules.makeStreamHeaders(), ...readable })
    response.flushHeaders()
  }

  return {
    takes: (request, path) =>
      path === '/v1/connect' &&
      (request.method === 'OPTIONS' ||
        (request.method === 'GET' && rules.decideStreamAsked(request.headers.accept))),
    onRequest,
    allClosed: () =>
      new Promise((resolve) => {
        onEmpty = resolve
        if (streams.size === 0) resolve()
      }),
  }
}
