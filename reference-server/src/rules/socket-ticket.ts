/** Rules of tickets: they alone know what a socket URL holds, how it is signed and how long it opens sockets. */
import { createHmac } from 'node:crypto'
import type { SocketAnswer } from '@channel-protocol/schemas/types'
import { writeInstant } from './instant.ts'
import { keyRules } from './key.ts'
import { tokenRules } from './token.ts'

/** What a ticket vouches for. */
export interface TicketClaims {
  /** Without a leading slash; empty where there is none. */
  path: string
  expiresAtMs: number
}

/**
 * A ticket for these claims, signed with HMAC-SHA256 in a way that no token is.
 * @spec socket.ticket.strength
 */
function mintTicket(claims: TicketClaims, signingKey: string, nonce: Uint8Array): string {
  const payload = [
    claims.expiresAtMs.toString(36),
    Buffer.from(nonce).toString('base64url'),
    Buffer.from(claims.path).toString('base64url'),
  ].join('.')
  return `${payload}.${signPayload(payload, signingKey)}`
}

/**
 * The claims of a ticket whose signature holds, whatever its age; nothing for any other text.
 * @spec socket.ticket.invalid
 */
function verifyTicket(ticket: string, signingKey: string): TicketClaims | undefined {
  const [expiry, nonce, path, signature, ...more] = ticket.split('.')
  if (expiry === undefined || nonce === undefined || path === undefined) return undefined
  if (signature === undefined || more.length > 0) return undefined
  const payload = [expiry, nonce, path].join('.')
  // The texts are compared, not the bytes: two texts may decode to the same bytes.
  if (!keyRules.isSameSecret(signature, signPayload(payload, signingKey))) return undefined
  return {
    path: Buffer.from(path, 'base64url').toString(),
    expiresAtMs: Number.parseInt(expiry, 36),
  }
}

function signPayload(payload: string, signingKey: string): string {
  return createHmac('sha256', signingKey).update(`socket-ticket.${payload}`).digest('base64url')
}

/**
 * Where a page opens its socket, from the configured base and never from the request.
 * @spec socket.url.configured
 */
function makeSocketUrl(facts: {
  baseUrl: string
  host: string | undefined
  ticket: string
}): string {
  return `${facts.baseUrl.replace(/^http/, 'ws')}/v1/socket/${facts.ticket}`
}

/**
 * The answer to a request for a socket URL.
 * @spec socket.mint.answer
 */
function makeSocketAnswer(url: string, claims: TicketClaims): SocketAnswer {
  return { url, expires_at: writeInstant(claims.expiresAtMs) }
}

/**
 * Headers of every answer that holds a socket URL.
 * @spec socket.mint.no-store
 */
function makeSocketHeaders(): Record<string, string> {
  return { 'cache-control': 'no-store' }
}

export const socketTicketRules = {
  mintTicket,
  verifyTicket,
  makeSocketUrl,
  makeSocketAnswer,
  makeSocketHeaders,
  /** As for a token. @spec socket.ttl.refuse */
  readSocketTtl: tokenRules.readTtl,
  /** As for a token. @spec socket.ttl.honour */
  decideTicketExpiry: tokenRules.decideExpiry,
  /** As for a token. @spec socket.ticket.expired */
  decideTicketAge: tokenRules.decideTokenAge,
}
