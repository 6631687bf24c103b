/** Rules of the application key: they alone know who may make the application's calls. */
import { hash, timingSafeEqual } from 'node:crypto'

/** What a call shows of itself before its body is read. */
export interface CallFacts {
  authorization: string | undefined
  contentType: string | undefined
  idempotencyKey?: string | undefined
  method: string
  path: string
  /** The raw query, without the question mark. */
  query: string
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/**
 * Compares two secrets in a time that does not depend on where they differ; how long they are is no secret.
 * @spec token.key.constant-time
 */
function isSameSecret(left: string, right: string): boolean {
  return left.length === right.length && isSamePadded(pad(left, scratch), pad(right, other))
}

/** What every key that is not longer is filled up to with zeros, which no key has, so that all compare in the same time. */
const PADDED_BYTES = 128

/** The padded keys that a service lives with; what callers offer is never among them. */
const paddedKeys = new Map<string, Buffer>()

/** Where offered keys are padded, one after the other: a buffer for each would be garbage of the costly kind. */
const scratch = Buffer.alloc(PADDED_BYTES)
const other = Buffer.alloc(PADDED_BYTES)

function pad(key: string, padded: Buffer): Buffer {
  if (Buffer.byteLength(key) > PADDED_BYTES) return digest(key)
  // Not hashed, which would be a tenth of what a post costs.
  padded.fill(0, padded.write(key))
  return padded
}

function padLive(key: string): Buffer {
  const known = paddedKeys.get(key)
  if (known) return known
  const made = pad(key, Buffer.alloc(PADDED_BYTES))
  paddedKeys.set(key, made)
  return made
}

function isSamePadded(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * The one `Authorization` header of a request; several carry no key, as whoever stands between might have judged
 * another one of them.
 * @spec token.key.required
 * @spec problem.request.alike
 */
function selectAuthorization(
  offered: readonly string[],
  _namesAsWritten: readonly string[],
): string | undefined {
  return offered.length === 1 ? offered[0] : undefined
}

/** The key of an `Authorization: Bearer` header, or nothing. */
function readBearer(authorization: string | undefined): string | undefined {
  return /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1]
}

/**
 * The keys that count as live, of those configured.
 * @spec token.key.rotation
 */
function selectLiveKeys(configured: readonly string[]): readonly string[] {
  return configured
}

/**
 * Whether an offered key opens the application's calls.
 * @spec token.key.required
 */
function decideKey(
  offered: string | undefined,
  live: readonly string[],
  _call: CallFacts,
): 'live' | 'unknown' {
  if (offered === undefined) return 'unknown'
  const padded = pad(offered, scratch)
  let found = false
  // Every key is compared, so that the time does not tell which one matched.
  for (const key of live) found = isSamePadded(padded, padLive(key)) || found
  return found ? 'live' : 'unknown'
}

/**
 * Headers that accompany 401.
 * @spec token.key.challenge
 */
function makeChallenge(): Record<string, string> {
  return { 'www-authenticate': 'Bearer' }
}

export const keyRules = {
  isSameSecret,
  selectAuthorization,
  readBearer,
  selectLiveKeys,
  decideKey,
  makeChallenge,
}
