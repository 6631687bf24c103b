/** What stands behind each requirement: its checks, the faults that they have to catch, and whether that is proof. */

import { type AnyCheck, EVERY_CHECK } from '../../src/checks/every.ts'
import { isTestable, type Requirement } from '../../src/ledger.ts'
import { misdeedOf } from '../../src/self-test/misdeeds.ts'

/** The evidence for one requirement. */
export interface Proof {
  readonly checks: readonly AnyCheck[]
  /** Faults that its checks have to catch, each once. */
  readonly faults: readonly string[]
  /** The badge's last word. `proven`: a fault stands against every check, and `npm test` demands that each is caught. */
  readonly state: 'proven' | 'not judged' | 'no check'
}

/** The evidence for a requirement. Throws where a check names a fault of which nothing is known. */
export function proofOf(
  requirement: Requirement,
  checks: readonly AnyCheck[] = EVERY_CHECK,
  isKnown: (fault: string) => boolean = (fault) => misdeedOf(fault) !== undefined,
): Proof {
  const own = checks.filter(({ proves }) => proves === requirement.id)
  const faults = [...new Set(own.flatMap(({ killedBy }) => killedBy))]
  const unknown = faults.find((fault) => !isKnown(fault))
  if (unknown !== undefined)
    throw new Error(
      `${requirement.id} is proven by ${unknown}, a fault that misdeeds.json does not know: npm run transcripts`,
    )
  const isProven = own.length > 0 && faults.length > 0
  const state = isProven ? 'proven' : isTestable(requirement) ? 'no check' : 'not judged'
  return { checks: own, faults, state }
}

/** A number with its noun. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The badge in words, without its level. */
export function badgeWords(requirement: Requirement, proof: Proof): string {
  const { checks, faults, state } = proof
  if (state === 'not judged') return `not judged (${requirement.class})`
  if (state === 'no check') return 'no check yet'
  return `${count(checks.length, 'check')} · ${count(faults.length, 'fault')} · ${state}`
}
