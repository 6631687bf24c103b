/** Rules of presence: they alone know how versions count, how long a grace is and what a reader is told. */
import { createHmac } from 'node:crypto'
import type { PresenceAnswer, PresenceEntry, PresencePage } from '@channel-protocol/schemas/types'
import type { KnownClient } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import { writeInstant } from './instant.ts'
import { keyRules } from './key.ts'

/** What is known of one client id. */
export interface PresenceFacts extends KnownClient {
  clientId: string
}

/**
 * The next version: odd for online, even for offline.
 * @spec presence.version.parity
 * @spec presence.version.grows
 */
function nextVersion(version: number, online: boolean): number {
  const next = version + 1
  return next % 2 === (online ? 1 : 0) ? next : next + 1
}

/**
 * Milliseconds between an ending and its report.
 * @spec presence.grace.waited
 */
function decideGraceMs(grace: boolean, graceSeconds: number): number {
  return grace ? graceSeconds * 1000 : 0
}

/**
 * Whether a welcome is a coming: not when the client id is still online, by a takeover or within the grace.
 * @spec presence.connected.reported
 * @spec presence.grace.returned
 * @spec presence.takeover.silent
 */
function decideArrival(facts: { online: boolean; takeover: boolean }): 'came' | 'stayed' {
  return facts.online ? 'stayed' : 'came'
}

/**
 * Whether the end of a connection is a going: only that of the current one.
 * @spec presence.takeover.silent
 * @spec presence.refused.silent
 */
function decideDeparture(facts: { welcomed: boolean; current: boolean }): 'went' | 'nothing' {
  return facts.welcomed && facts.current ? 'went' : 'nothing'
}

/**
 * The state of one client id, as it is read.
 * @spec presence.read.online
 * @spec presence.read.offline
 * @spec presence.read.grace
 * @spec presence.read.newer
 */
function makePresenceAnswer(facts: PresenceFacts): PresenceAnswer {
  const answer: PresenceAnswer = {
    client_id: facts.clientId,
    online: facts.online,
    epoch: facts.epoch,
    version: facts.version,
  }
  if (facts.connectionId !== undefined) answer.connection_id = facts.connectionId
  if (facts.sinceMs !== undefined) answer.since = writeInstant(facts.sinceMs)
  return answer
}

/**
 * Whether a client id stands in the list.
 * @spec presence.list.complete
 */
function decideListed(facts: PresenceFacts): boolean {
  return facts.online
}

/**
 * Clients on one page.
 * @spec presence.list.page
 */
function decidePageSize(presencePage: number): number {
  return presencePage
}

/** One page of the list. */
function makePresencePage(
  clients: readonly PresenceFacts[],
  next: string | undefined,
): PresencePage {
  const entries = clients.map(
    (facts): PresenceEntry => ({
      client_id: facts.clientId,
      epoch: facts.epoch,
      version: facts.version,
    }),
  )
  return next === undefined ? { clients: entries } : { clients: entries, next_cursor: next }
}

/** An opaque cursor that stands behind the `arrival`th coming. */
function mintCursor(arrival: number, cursorKey: string): string {
  const place = arrival.toString(36)
  return `${place}.${signPlace(place, cursorKey)}`
}

/**
 * The place that a cursor of this service stands for.
 * @throws Refusal `malformed-request` for any other text
 * @spec presence.list.cursor
 */
function readCursor(cursor: string, cursorKey: string): number {
  const [place, signature, ...more] = cursor.split('.')
  const isOurs =
    place !== undefined &&
    signature !== undefined &&
    more.length === 0 &&
    keyRules.isSameSecret(signature, signPlace(place, cursorKey))
  if (isOurs) return Number.parseInt(place, 36)
  throw new Refusal('malformed-request', 'cursor was not issued by this service; begin anew')
}

/**
 * Refuses a read that names both a client id and a cursor.
 * @spec presence.list.cursor
 */
function decideReadQuery(query: { clientId: boolean; cursor: boolean }): Refusal | undefined {
  if (!query.clientId || !query.cursor) return undefined
  return new Refusal('malformed-request', 'give client_id or cursor, not both')
}

function signPlace(place: string, cursorKey: string): string {
  return createHmac('sha256', cursorKey).update(`presence-cursor.${place}`).digest('base64url')
}

export const presenceRules = {
  nextVersion,
  decideGraceMs,
  decideArrival,
  decideDeparture,
  makePresenceAnswer,
  decideListed,
  decidePageSize,
  makePresencePage,
  mintCursor,
  readCursor,
  decideReadQuery,
}
