/** Admission of sockets: it alone knows the order in which a new one is judged after the upgrade. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Rules } from './rule-book.ts'
import type { TicketClaims } from './socket-ticket.ts'

/** What a new socket shows of itself, and what it is judged by. */
export interface SocketAdmissionFacts {
  ticket: string
  origin: string | undefined
  baseOrigin: string
  origins: 'any' | readonly string[]
  signingKey: string
  nowMs: number
  openConnections: number
  maxConnections: number
}

/** Lets a socket in with the claims of its ticket, or names the close code that refuses it. */
export function decideSocketAdmission(
  rules: Rules,
  facts: SocketAdmissionFacts,
): { claims: TicketClaims } | { refusal: CloseSlug } {
  const foreign = rules.decideSocketOrigin(facts)
  if (foreign) return { refusal: foreign }
  const claims = rules.verifyTicket(facts.ticket, facts.signingKey)
  if (!claims) return { refusal: 'token-invalid' }
  if (rules.decideTicketAge(claims.expiresAtMs, facts.nowMs) === 'expired')
    return { refusal: 'token-expired' }
  const full = rules.decideSocketCapacity(facts.openConnections, facts.maxConnections)
  if (full) return { refusal: full }
  return { claims }
}
