/** A user's life as pure decisions: they alone know who is present and when somebody is forgotten. */
import {
  isNewerPresence,
  type PresenceNumber,
} from '@channel-protocol/reference-server/application'
import type { PresentUser } from '@channel-protocol/schemas/types'

const idleMs = 600_000
const neverOpenedMs = 120_000

/** Characters, all of them ASCII, of a list that fits into one message of any service, and of its longest entry. */
const longestListChars = 32_767
const longestEntryChars = 100
const mostUsers = 10_000

/** Where a user is in its life; one that is forgotten is no longer held. */
export type UserState = 'fresh' | 'online' | 'offline'

/** Somebody who logged in. */
export interface User {
  clientId: string
  /** Digest of the session that logged in. */
  sessionDigest: string
  /** Digest of the token that the login answered. */
  tokenDigest: string
  /** The address that lists tell of the user, if any. */
  ip?: string | undefined
  state: UserState
  /** The newest report about the user. */
  seen: PresenceNumber | undefined
  /** Milliseconds since 1970 by the clock of clean-up. */
  loggedInAtMs: number
  /** When the user posted or went offline last, in milliseconds since 1970 by the clock of clean-up. */
  stirredAtMs: number
}

/** What a webhook says about one user. */
export interface UserReport extends PresenceNumber {
  event: 'connected' | 'disconnected'
}

/** What an event makes of a user. */
export interface UserChange {
  user: User
  /** Whether every present user gets the list. */
  isAnnounced: boolean
}

/** How somebody who just logged in begins. */
function makeUser(
  facts: Pick<User, 'clientId' | 'sessionDigest' | 'tokenDigest' | 'ip'>,
  nowMs: number,
): User {
  return { ...facts, state: 'fresh', seen: undefined, loggedInAtMs: nowMs, stirredAtMs: nowMs }
}

/** Whether a user stands in the list and receives what is posted. */
function isPresent({ state }: User): boolean {
  return state === 'fresh' || state === 'online'
}

/**
 * Whether a report says something new: it is newer than the last, and no `started` voided its epoch.
 * @spec presence.application.newest
 */
function isNewReport(user: User, report: PresenceNumber, epochFloor: number): boolean {
  return report.epoch >= epochFloor && isNewerPresence(user.seen, report)
}

/**
 * What a new report makes of a user. A user who comes online gets the list again, being connected at last.
 * @spec application.users.coming
 * @spec application.users.going
 */
function changeByReport(user: User, report: UserReport, nowMs: number): UserChange {
  const { event, epoch, version } = report
  const seen = { epoch, version }
  if (event === 'connected') {
    return { user: { ...user, state: 'online', seen }, isAnnounced: user.state !== 'online' }
  }
  if (!isPresent(user)) return { user: { ...user, seen }, isAnnounced: false }
  return { user: { ...user, state: 'offline', seen, stirredAtMs: nowMs }, isAnnounced: true }
}

/**
 * What a `started` with that floor makes of a user.
 * @spec application.users.going
 */
function changeByStarted(user: User, epochFloor: number, nowMs: number): UserChange {
  const isVoid = user.state === 'online' && user.seen !== undefined && user.seen.epoch < epochFloor
  if (!isVoid) return { user, isAnnounced: false }
  return { user: { ...user, state: 'offline', stirredAtMs: nowMs }, isAnnounced: true }
}

/** What a post makes of its user. */
function changeByPost(user: User, nowMs: number): User {
  return { ...user, stirredAtMs: nowMs }
}

/**
 * The client id of a sign-in: the one that was just made, whatever users the session has.
 * @spec application.login.new
 */
function chooseClientId(fresh: string, _ofSession: readonly User[]): string {
  return fresh
}

/**
 * Whether every present user gets the list when somebody signs in.
 * @spec application.users.coming
 */
function isLoginAnnounced(): boolean {
  return true
}

/**
 * Whether every present user gets the list when these are forgotten.
 * @spec application.users.going
 */
function isForgettingAnnounced(gone: readonly User[]): boolean {
  return gone.some(isPresent)
}

/** The user of that client id; one that is forgotten looks like one that never was. */
function findUser(users: ReadonlyMap<string, User>, clientId: string): User | undefined {
  return users.get(clientId)
}

/** Whether nobody else can sign in at the moment, while `pending` others are signing in. */
function isFull(users: ReadonlyMap<string, User>, pending: number): boolean {
  const list = JSON.stringify({ users: listUsers(users.values()) })
  const longest = list.length + (pending + 1) * longestEntryChars
  return users.size + pending >= mostUsers || longest > longestListChars
}

/**
 * Whether a user is to be forgotten now.
 * @spec application.idle.forgotten
 * @spec application.unopened.forgotten
 * @spec application.user.kept
 */
function isForgettable(user: User, nowMs: number): boolean {
  if (user.state === 'fresh') return nowMs - user.loggedInAtMs >= neverOpenedMs
  return user.state === 'offline' && nowMs - user.stirredAtMs >= idleMs
}

/** Who receives a list. */
function selectReceivers(users: Iterable<User>): string[] {
  return [...users].filter(isPresent).map(({ clientId }) => clientId)
}

/**
 * Who receives a post: whoever is present, and the poster.
 * @spec application.post.delivered
 */
function selectHearers(users: Iterable<User>, poster: User): string[] {
  return [...users]
    .filter((user) => isPresent(user) || user.clientId === poster.clientId)
    .map(({ clientId }) => clientId)
}

/**
 * The list that pages show.
 * @spec application.users.present
 */
function listUsers(users: Iterable<User>): PresentUser[] {
  return [...users]
    .filter(isPresent)
    .map(({ clientId, ip }) => ({ client_id: clientId, ...(ip === undefined ? {} : { ip }) }))
}

export const userRules = {
  makeUser,
  isNewReport,
  changeByReport,
  changeByStarted,
  changeByPost,
  chooseClientId,
  isLoginAnnounced,
  isForgettingAnnounced,
  findUser,
  isFull,
  isForgettable,
  selectReceivers,
  selectHearers,
  listUsers,
}
