/** Rules of control: they alone know what a disconnect asks for, how it ends a connection and which tokens it kills. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { DisconnectAnswer } from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'
import type { Departure } from './connection.ts'

/**
 * Whether a disconnect is to kill tokens; false where the request does not say.
 * @throws Refusal `malformed-request`
 * @spec control.members.refused
 */
function readRevocation(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  const detail = 'revoke_tokens is neither true nor false'
  throw new Refusal('malformed-request', detail, {
    errors: [{ pointer: '/revoke_tokens', detail }],
  })
}

/**
 * How the current connection ends when the application disconnects its client id.
 * @spec control.disconnect.close
 */
function decideDisconnect(_revokes: boolean): CloseSlug | undefined {
  return 'disconnected-by-application'
}

/**
 * What is reported at once of a client id whose grace a disconnect ends: what the grace held back.
 * @spec control.grace.ended
 */
function decideGraceEnd(held: Departure): Departure | undefined {
  return held
}

/**
 * Refuses a token of an earlier generation than that of its client id; instants are not compared.
 * @spec control.revoke.dead
 * @spec control.revoke.later
 * @spec control.revoke.opening
 */
function decideRevoked(minted: number, current: number): CloseSlug | undefined {
  return minted < current ? 'token-invalid' : undefined
}

/**
 * The answer to a disconnect that closed this many connections.
 * @spec control.disconnect.answer
 */
function makeDisconnectAnswer(connections: number): DisconnectAnswer {
  return { connections }
}

export const controlRules = {
  readRevocation,
  decideDisconnect,
  decideGraceEnd,
  decideRevoked,
  makeDisconnectAnswer,
}
