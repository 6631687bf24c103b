/** Admission: it alone knows the order in which a new connection is judged after the upgrade. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Rules } from './rule-book.ts'
import type { TokenClaims } from './token.ts'

/** What a new connection shows of itself, and what it is judged by. */
export interface AdmissionFacts {
  offers: readonly string[]
  origin: string | undefined
  baseOrigin: string
  origins: 'any' | readonly string[]
  signingKey: string
  nowMs: number
  openConnections: number
  maxConnections: number
}

/** Lets a connection in with the claims of its token, or names the close code that refuses it. */
export function decideAdmission(
  rules: Rules,
  facts: AdmissionFacts,
): { claims: TokenClaims } | { refusal: CloseSlug } {
  const foreign = rules.decideOrigin(facts)
  if (foreign) return { refusal: foreign }
  const tokens = rules.readOfferedTokens(facts.offers)
  const miscounted = rules.decideTokenCount(tokens)
  if (miscounted) return { refusal: miscounted }
  const claims = rules.verifyToken(tokens[0] ?? '', facts.signingKey)
  if (!claims) return { refusal: 'token-invalid' }
  if (rules.decideTokenAge(claims.expiresAtMs, facts.nowMs) === 'expired')
    return { refusal: 'token-expired' }
  const full = rules.decideCapacity(facts.openConnections, facts.maxConnections)
  if (full) return { refusal: full }
  return { claims }
}
