/** Sessions and the proof of a poster: they alone know cookies, origins and how secrets are compared. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { User } from './users.ts'

const cookieName = 'push_chat_session'

/** What a request brings to prove who posts. */
export interface Proof {
  /** The form field. */
  token: string | undefined
  /** The session's id from the cookie. */
  session: string | undefined
}

/** What stands for a secret in memory, so that comparing says nothing about it. */
function digestSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

function isSecretOf(secret: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestSecret(secret)), Buffer.from(digest))
}

/** The session's id that a header `Cookie` holds, if any. */
function readSession(cookies: string | undefined): string | undefined {
  for (const pair of (cookies ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value) return value
  }
  return undefined
}

/**
 * The session that a login belongs to: the one that it comes with where users of it are known, so that two windows
 * share one, otherwise `fresh`. A page cannot be lured into a session that somebody else chose.
 * @spec application.session.shared
 */
function chooseSession(
  given: string | undefined,
  ofSession: readonly User[],
  fresh: string,
): string {
  return given !== undefined && ofSession.length > 0 ? given : fresh
}

/** The users whose sign-ins carried or began that session. */
function selectOfSession(session: string | undefined, users: Iterable<User>): User[] {
  if (session === undefined) return []
  const digest = digestSecret(session)
  return [...users].filter(({ sessionDigest }) => sessionDigest === digest)
}

/**
 * The address that lists and messages tell of a peer, if any: none unless the operator asked for it.
 * @spec application.address.hidden
 */
function chooseAddress(address: string | undefined, isShown = false): string | undefined {
  return isShown ? address?.replace(/^::ffff:/i, '') : undefined
}

/**
 * The value of `Set-Cookie` for a session.
 * @spec application.session.cookie
 */
function writeSessionCookie(session: string, isSecure: boolean): string {
  return `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}

/**
 * Whether a request that relies on a cookie comes from a page of the application, as far as its browser says.
 * `ownOrigin` is configured; the header `Host` says nothing.
 */
function isOwnOrigin(
  origin: string | undefined,
  ownOrigin: string,
  _host: string | undefined,
): boolean {
  return origin === undefined || origin === ownOrigin
}

/**
 * Whether a request may post as a user, who may be unknown: with the user's token from anywhere, or with the
 * session's cookie from a page of the application. A token that is wrong is not made up for by a cookie.
 * @spec application.post.token
 * @spec application.post.session
 * @spec application.post.unproven
 * @spec application.post.foreign
 */
function isProven(user: User | undefined, { token, session }: Proof, isOwnPage: boolean): boolean {
  if (user === undefined) return false
  if (token !== undefined) return isSecretOf(token, user.tokenDigest)
  return session !== undefined && isOwnPage && isSecretOf(session, user.sessionDigest)
}

export const sessionRules = {
  digestSecret,
  readSession,
  chooseSession,
  selectOfSession,
  chooseAddress,
  writeSessionCookie,
  isOwnOrigin,
  isProven,
}
