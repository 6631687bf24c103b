/** Rules of requests and their refusal: they alone know the order of checks on a body and the shape of a problem. */
import { PROBLEM_TYPE_BASE, PROBLEMS } from '@channel-protocol/schemas/registry'
import type { Problem } from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'

/** An answer to a request; the body is written as JSON of its media type. */
export interface Answer {
  status: number
  headers: Record<string, string>
  mediaType: 'application/json' | 'application/problem+json' | 'text/javascript; charset=utf-8'
  body: object
  /** Written as it is, in place of the body. */
  text?: string
}

/**
 * The problem document of a refusal.
 * @spec problem.document.shape
 * @spec problem.detail.safe
 */
function makeProblem(refusal: Refusal): Problem {
  const row = PROBLEMS[refusal.slug]
  const problem: Problem = {
    status: row.status,
    code: row.code,
    type: `${PROBLEM_TYPE_BASE}${row.code}`,
    title: row.title,
    retryable: row.retryable,
  }
  if (refusal.detail !== undefined) problem.detail = refusal.detail
  if (refusal.extra.maxBytes !== undefined) problem.max_bytes = refusal.extra.maxBytes
  if (refusal.extra.errors !== undefined) problem.errors = [...refusal.extra.errors]
  return problem
}

/**
 * The status line's number for a problem.
 * @spec problem.document.shape
 */
function decideProblemStatus(problem: Problem): number {
  return problem.status
}

/**
 * The media type of a problem document.
 * @spec problem.document.shape
 */
function decideProblemMediaType(): Answer['mediaType'] {
  return 'application/problem+json'
}

/**
 * Headers of a refusal that its members ask for.
 * @spec problem.method.refused
 * @spec message.rate.refuse
 */
function makeProblemHeaders(refusal: Refusal): Record<string, string> {
  const headers: Record<string, string> = {}
  if (refusal.extra.allow) headers.allow = refusal.extra.allow.join(', ')
  const wait = refusal.extra.retryAfterSeconds
  if (wait !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(wait)))
  return headers
}

/**
 * Headers that let pages of other origins read an answer: none, as no page makes these calls.
 * @spec problem.cors.none
 */
function makeCrossOriginHeaders(): Record<string, string> {
  return {}
}

/**
 * Whether a body is announced, by its length or in chunks.
 * @spec problem.request.alike
 */
function decideIsBodyThere(
  length: string | undefined,
  transferCoding: string | undefined,
  _route: string,
): boolean {
  return Boolean(transferCoding) || (length !== undefined && length !== '0')
}

/**
 * Refuses a body that is not announced as JSON.
 * @spec problem.media-type.refused
 */
function decideMediaType(contentType: string | undefined): Refusal | undefined {
  if (/^application\/json *(;|$)/i.test(contentType?.trim() ?? '')) return undefined
  return new Refusal('unsupported-media-type', 'send the body as application/json')
}

/**
 * Bytes of the largest body that is read: every byte of data may be a six-byte JSON escape.
 * @spec problem.body.too-large
 */
function decideMaxBodyBytes(dataBytes: number): number {
  return 6 * dataBytes + 4096
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The text of a body.
 * @throws Refusal `malformed-request` where it is not UTF-8
 * @spec problem.body.utf8
 */
function decodeBody(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Refusal('malformed-request', 'the body is not UTF-8')
  }
}

/**
 * The object that a body holds.
 * @throws Refusal `malformed-request`
 * @spec problem.body.malformed
 * @spec problem.json.alike
 * @spec problem.body.nested
 */
function parseBody(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refusal('malformed-request', 'the body is not JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new Refusal('malformed-request', 'the body is not a JSON object')
}

/**
 * The members of a body that a call knows; others are ignored.
 * @spec problem.unknown.ignored
 */
function selectMembers(
  body: Record<string, unknown>,
  known: readonly string[],
): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const name of known) if (Object.hasOwn(body, name)) members[name] = body[name]
  return members
}

/**
 * Seconds in which a header section, and then a body, has to arrive.
 * @spec problem.body.slow
 * @spec connection.idle.ended
 */
function decideRequestTimeoutSeconds(
  requestTimeoutSeconds: number,
  _part: 'headers' | 'body',
): number {
  return requestTimeoutSeconds
}

/**
 * Bytes of the largest header section.
 * @spec problem.headers.too-large
 */
function decideMaxHeaderBytes(headerBytes: number): number {
  return headerBytes
}

export const problemRules = {
  makeProblem,
  decideProblemStatus,
  decideProblemMediaType,
  makeProblemHeaders,
  makeCrossOriginHeaders,
  decideIsBodyThere,
  decideMediaType,
  decideMaxBodyBytes,
  decodeBody,
  parseBody,
  selectMembers,
  decideRequestTimeoutSeconds,
  decideMaxHeaderBytes,
}
