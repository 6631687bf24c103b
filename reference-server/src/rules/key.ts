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
 * Compares two secrets in a time that does not depend on where they differ.
 * @spec token.key.constant-time
 */
function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

/** Digests of the keys that a service lives with; what callers offer is never among them. */
const liveDigests = new Map<string, Buffer>()

function digestLive(key: string): Buffer {
  const known = liveDigests.get(key)
  if (known) return known
  const made = digest(key)
  liveDigests.set(key, made)
  return made
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
  const hashed = digest(offered)
  let found = false
  // Every key is compared, so that the time does not tell which one matched.
  for (const key of live) found = timingSafeEqual(hashed, digestLive(key)) || found
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
