/** Rules of event streams: they alone know who asks for one, what an event looks like and how long a stream lives. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { CloseEnvelope } from '@channel-protocol/schemas/types'
import { livenessRules } from './liveness.ts'

/** How far a stream was written: the cursors behind the newest message and the newest broadcast. */
export interface Places {
  message: string
  /** Nothing where broadcasts are not offered. */
  broadcast: string | undefined
}

/** What an envelope may say of places; its other members mean nothing here. */
export interface PlacedEnvelope {
  type: string
  id?: unknown
  cursor?: unknown
  broadcast_cursor?: unknown
}

/** Cursors with which streams are asked for, each as often as it was given. */
export interface GivenCursors {
  after: readonly string[]
  afterBroadcast: readonly string[]
}

/** What an origin is judged by. */
export interface Arrival {
  origin: string | undefined
  baseOrigin: string
  origins: 'any' | readonly string[]
}

/** One event, before it is text. */
export interface StreamEvent {
  type: string
  id: string | undefined
  /** Without line ends. */
  data: string
}

const MEDIA_TYPE = 'text/event-stream'
const CURSOR = /^[A-Za-z0-9\-._~]{1,128}$/
/** No cursor has it, so what it joins can be taken apart again. */
const BETWEEN_CURSORS = ','

/**
 * Whether a request asks for an event stream, from its `Accept`.
 * @spec sse.open.unasked
 */
function decideStreamAsked(accept: string | undefined): boolean {
  const members = (accept ?? '').split(',')
  return members.some((member) => member.split(';')[0]?.trim().toLowerCase() === MEDIA_TYPE)
}

/**
 * The `Last-Event-ID` that counts; an empty one is none.
 * @spec sse.resume.query
 */
function selectLastEventId(value: string): string | undefined {
  return value === '' ? undefined : value
}

/**
 * Whether a client comes back that was told to stop, from its `Last-Event-ID`.
 * @spec sse.resume.stopped
 */
function decideStopped(
  lastEventId: string | undefined,
  _tokens: readonly string[],
  _arrival: Arrival,
): boolean {
  return /^closed-40[0-9]{2}$/.test(lastEventId ?? '')
}

/**
 * The tokens that a request for a stream carries, one for each `Authorization: Bearer` with something behind it.
 * @spec sse.open.refused
 */
function readStreamTokens(authorizations: readonly string[], _query: string): string[] {
  return authorizations.flatMap((value) => /^Bearer +(.+)$/i.exec(value)?.[1] ?? [])
}

/**
 * The status of a stream, also of one that a close event refuses.
 * @spec sse.open.refused
 */
function decideStreamStatus(_refusal: CloseSlug | undefined): number {
  return 200
}

/**
 * Headers of a stream.
 * @spec sse.open.stream
 * @spec sse.open.uncached
 */
function makeStreamHeaders(): Record<string, string> {
  return {
    'content-type': MEDIA_TYPE,
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  }
}

/**
 * Headers that let pages of any origin read the answer to a request for a stream.
 * @spec sse.open.readable
 */
function makeReadableHeaders(
  _answer: 'stream' | 'refusal' | 'stop' | 'problem',
): Record<string, string> {
  return { 'access-control-allow-origin': '*' }
}

/**
 * The status of the answer to a page that asks whether it may ask for a stream.
 * @spec sse.open.preflight
 */
function decidePreflightStatus(): number {
  return 204
}

/**
 * Headers that let pages of any origin ask for a stream.
 * @spec sse.open.preflight
 */
function makePreflightHeaders(): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'authorization, last-event-id',
  }
}

/**
 * The text of an event.
 * @spec sse.event.form
 * @spec sse.event.data
 */
function makeEvent({ type, id, data }: StreamEvent): string {
  return `event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`
}

/**
 * The places behind an envelope that is written after `before`.
 * @spec sse.event.id
 */
function movePlaces(before: Places, envelope: PlacedEnvelope): Places {
  const { type, id, cursor, broadcast_cursor: broadcast } = envelope
  if (type === 'message') return { ...before, message: String(id) }
  if (type === 'broadcast') return { ...before, broadcast: String(id) }
  if (type !== 'welcome') return before
  return {
    message: String(cursor),
    broadcast: broadcast === undefined ? undefined : String(broadcast),
  }
}

/**
 * The id of the event of an envelope, from the places behind it; nothing for what moves no place.
 * @spec sse.event.id
 */
function makeEventId(type: string, { message, broadcast }: Places): string | undefined {
  if (!['welcome', 'message', 'broadcast'].includes(type)) return undefined
  return broadcast === undefined ? message : `${message}${BETWEEN_CURSORS}${broadcast}`
}

/**
 * The places that a `Last-Event-ID` stands for; nothing where it is no id of an event of this service.
 * @spec sse.resume.header
 * @spec sse.resume.unknown
 */
function readEventId(lastEventId: string, offersBroadcast: boolean): Places | undefined {
  const cursors = lastEventId.split(BETWEEN_CURSORS)
  const [message, broadcast] = cursors
  const isComplete = cursors.length === (offersBroadcast ? 2 : 1)
  if (message === undefined || !isComplete || !cursors.every((one) => CURSOR.test(one)))
    return undefined
  return { message, broadcast }
}

/**
 * The cursors that count, of those of `Last-Event-ID` and those of the query.
 * @param fromHeader nothing where the header is absent or empty
 * @spec sse.resume.header
 * @spec sse.resume.query
 */
function selectCursors(
  fromHeader: GivenCursors | undefined,
  fromQuery: GivenCursors,
): GivenCursors {
  return fromHeader ?? fromQuery
}

/**
 * The last envelope of a stream.
 * @spec sse.close.event
 */
function makeCloseEnvelope(slug: CloseSlug): CloseEnvelope {
  return { type: 'close', code: CLOSE_CODES[slug].code, reason: slug }
}

/**
 * The id of a close event: one that keeps libraries away, where the code means stop.
 * @spec sse.close.id
 */
function makeCloseEventId(code: number): string | undefined {
  return code >= 4000 && code < 4100 ? `closed-${code}` : undefined
}

/**
 * Milliseconds from the welcome of a stream to its end.
 * @spec sse.close.lifetime
 */
function decideStreamLifetimeMs(lifetimeSeconds: number): number {
  return lifetimeSeconds * 1000
}

export const sseRules = {
  decideStreamAsked,
  selectLastEventId,
  decideStopped,
  readStreamTokens,
  decideStreamStatus,
  makeStreamHeaders,
  makeReadableHeaders,
  decidePreflightStatus,
  makePreflightHeaders,
  makeEvent,
  movePlaces,
  makeEventId,
  readEventId,
  selectCursors,
  makeCloseEnvelope,
  makeCloseEventId,
  decideStreamLifetimeMs,
  /** As for a WebSocket. @spec sse.heartbeat.sent @spec sse.heartbeat.written */
  decideStreamHeartbeat: livenessRules.decideHeartbeat,
  /** As for a WebSocket. @spec sse.slow.ended */
  decideStreamBacklog: livenessRules.decideBacklog,
}
