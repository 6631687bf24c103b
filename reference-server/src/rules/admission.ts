/** Admission: it alone knows the order in which a new connection, or socket, is judged, on a WebSocket after the upgrade. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Rules } from './rule-book.ts'
import type { TicketClaims } from './socket-ticket.ts'
import type { TokenClaims } from './token.ts'

/** What a newcomer is judged by, beside its credentials. */
export interface ArrivalFacts {
  origin: string | undefined
  baseOrigin: string
  origins: 'any' | readonly string[]
  signingKey: string
  nowMs: number
  openConnections: number
  maxConnections: number
}

/** The claims of the credentials that let a newcomer in, or the close code that refuses it. */
export type Admission<Claims> = { claims: Claims } | { refusal: CloseSlug }

/** Each is made when its turn has come. */
interface Judgements<Claims> {
  foreign(): CloseSlug | undefined
  miscounted(): CloseSlug | undefined
  verify(): Claims | undefined
  age(expiresAtMs: number): 'live' | 'expired'
  full(): CloseSlug | undefined
}

function judgeInOrder<Claims extends { expiresAtMs: number }>(
  judgements: Judgements<Claims>,
): Admission<Claims> {
  const refusal = judgements.foreign() ?? judgements.miscounted()
  if (refusal) return { refusal }
  const claims = judgements.verify()
  if (!claims) return { refusal: 'token-invalid' }
  if (judgements.age(claims.expiresAtMs) === 'expired') return { refusal: 'token-expired' }
  const full = judgements.full()
  return full ? { refusal: full } : { claims }
}

/**
 * Lets a connection in with the claims of its token, or names the close code that refuses it.
 * @spec connection.takeover.refused
 */
export function decideAdmission(
  rules: Rules,
  tokens: readonly string[],
  facts: ArrivalFacts,
): Admission<TokenClaims> {
  return judgeInOrder({
    foreign: () => rules.decideOrigin(facts),
    miscounted: () => rules.decideTokenCount(tokens),
    verify: () => rules.verifyToken(tokens[0] ?? '', facts.signingKey),
    age: (expiresAtMs) => rules.decideTokenAge(expiresAtMs, facts.nowMs),
    full: () => rules.decideCapacity(facts.openConnections, facts.maxConnections),
  })
}

/** Lets a socket in with the claims of its ticket, or names the close code that refuses it. */
export function decideSocketAdmission(
  rules: Rules,
  ticket: string,
  facts: ArrivalFacts,
): Admission<TicketClaims> {
  return judgeInOrder({
    foreign: () => rules.decideSocketOrigin(facts),
    miscounted: () => undefined,
    verify: () => rules.verifyTicket(ticket, facts.signingKey),
    age: (expiresAtMs) => rules.decideTicketAge(expiresAtMs, facts.nowMs),
    full: () => rules.decideSocketCapacity(facts.openConnections, facts.maxConnections),
  })
}
