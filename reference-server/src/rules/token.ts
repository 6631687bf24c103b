/** Rules of tokens: they alone know what a token holds, how it is signed and how long it lives. */
import { createHmac } from 'node:crypto'
import { LIMITS } from '@channel-protocol/schemas/registry'
import type { TokenAnswer } from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'
import { writeInstant } from './instant.ts'
import { keyRules } from './key.ts'

/** What a token vouches for. */
export interface TokenClaims {
  clientId: string
  expiresAtMs: number
  /** The generation of the client id when it was minted. */
  generation: number
}

/** Claims as they stand in a token. */
interface Written {
  c: string
  e: number
  g?: number
}

const TTL_MIN_SECONDS = 1
const TTL_MAX_SECONDS = 86_400
const GRAMMAR = /^[A-Za-z0-9\-._~]+$/

/**
 * The time to live that a request asks for, in seconds, or the default where it names none.
 * @throws Refusal `invalid-ttl`
 * @spec token.ttl.refuse
 */
function readTtl(value: unknown, defaultSeconds: number): number {
  if (value === undefined) return defaultSeconds
  if (typeof value === 'number' && value >= TTL_MIN_SECONDS && value <= TTL_MAX_SECONDS)
    return value
  const detail = `ttl_seconds is not a number from ${TTL_MIN_SECONDS} to ${TTL_MAX_SECONDS}`
  throw new Refusal('invalid-ttl', detail, { errors: [{ pointer: '/ttl_seconds', detail }] })
}

/**
 * The instant, in milliseconds since 1970, at which a token minted now dies.
 * @spec token.ttl.honour
 */
function decideExpiry(nowMs: number, ttlSeconds: number): number {
  return nowMs + Math.round(ttlSeconds * 1000)
}

/**
 * A token for these claims, signed with HMAC-SHA256.
 * @spec token.mint.strength
 */
function mintToken(claims: TokenClaims, signingKey: string, nonce: Uint8Array): string {
  const { clientId: c, expiresAtMs: e, generation: g } = claims
  const body = { c, e, g, n: Buffer.from(nonce).toString('hex') }
  const payload = Buffer.from(JSON.stringify(body)).toString('base64url')
  return `${payload}.${signPayload(payload, signingKey)}`
}

/**
 * The claims of a token whose signature holds, whatever its age; nothing for any other text.
 * @spec token.invalid.refused
 */
function verifyToken(token: string, signingKey: string): TokenClaims | undefined {
  if (token.length > LIMITS.token_bytes.max || !GRAMMAR.test(token)) return undefined
  const [payload, signature, ...more] = token.split('.')
  if (payload === undefined || signature === undefined || more.length > 0) return undefined
  // The texts are compared, not the bytes: two texts may decode to the same bytes.
  if (!keyRules.isSameSecret(signature, signPayload(payload, signingKey))) return undefined
  const body = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Written
  // Before there were generations, tokens named none.
  return { clientId: body.c, expiresAtMs: body.e, generation: body.g ?? 0 }
}

function signPayload(payload: string, signingKey: string): string {
  return createHmac('sha256', signingKey).update(`channel-token.${payload}`).digest('base64url')
}

/**
 * Whether an authentic token may still open a connection.
 * @spec token.live.accept
 * @spec token.expired.refused
 */
function decideTokenAge(expiresAtMs: number, nowMs: number): 'live' | 'expired' {
  return nowMs < expiresAtMs ? 'live' : 'expired'
}

/**
 * Milliseconds from now until a connection is closed for the expiry of its token: never more than the longest life
 * of a token, wherever the clock was set since it was minted.
 * @spec token.expiry.close
 */
function decideExpiryDelay(expiresAtMs: number, nowMs: number): number {
  return Math.min(Math.max(0, expiresAtMs - nowMs), TTL_MAX_SECONDS * 1000)
}

/**
 * Whether a message accepted now may still go to a connection.
 * @spec token.expiry.silent
 */
function decideDelivery(expiresAtMs: number, nowMs: number): boolean {
  return nowMs <= expiresAtMs
}

/**
 * Where a client opens its WebSocket, from the configured base and never from the request.
 * @spec token.connect-url.configured
 */
function makeConnectUrl(facts: { baseUrl: string; host: string | undefined }): string {
  return `${facts.baseUrl.replace(/^http/, 'ws')}/v1/connect`
}

/**
 * The answer to a request for a token.
 * @spec token.mint.answer
 * @spec token.url.absent
 */
function makeTokenAnswer(token: string, claims: TokenClaims, connectUrl: string): TokenAnswer {
  return {
    token,
    client_id: claims.clientId,
    expires_at: writeInstant(claims.expiresAtMs),
    connect_url: connectUrl,
  }
}

/**
 * Headers of every answer that holds a token.
 * @spec token.mint.no-store
 */
function makeTokenHeaders(): Record<string, string> {
  return { 'cache-control': 'no-store' }
}

export const tokenRules = {
  readTtl,
  decideExpiry,
  mintToken,
  verifyToken,
  decideTokenAge,
  decideExpiryDelay,
  decideDelivery,
  makeConnectUrl,
  makeTokenAnswer,
  makeTokenHeaders,
}
