/** Coverage as three numbers that are never mixed: cited, exercised, proven. */

import type { Check } from '../check.ts'
import { isMust, isTestable, type Ledger, type Requirement } from '../ledger.ts'
import type { Result } from '../verdict.ts'
import { isJudged } from '../verdict.ts'
import type { KillRow } from './kill-matrix.ts'

/** The MUSTs of services and applications, and how far each number reaches. */
export interface Coverage {
  /** MUSTs for services and applications, those that nothing outside can judge included. */
  readonly musts: number
  /** Of them, those that a check could judge. */
  readonly testable: number
  /** A check names it. */
  readonly cited: number
  /** A run gave a verdict. */
  readonly exercised: number
  /** A fault aimed at it was caught. */
  readonly proven: number
  /** Testable MUSTs that no caught fault proves. */
  readonly unproven: readonly string[]
}

/** Counts the MUSTs for services and applications. `kills` and `results` are what this self-test measured. */
export function countCoverage(
  ledger: Ledger,
  checks: readonly Check[],
  kills: readonly KillRow[],
  results: readonly Result[],
): Coverage {
  const musts = ledger.requirements.filter(
    (requirement) => requirement.actor !== 'client' && isMust(requirement),
  )
  const testable = musts.filter(isTestable)
  const cited = new Set(checks.map(({ proves }) => proves))
  const exercised = new Set(
    results.filter(({ verdict }) => isJudged(verdict)).map(({ requirement }) => requirement),
  )
  const killers = new Set(kills.flatMap(({ killedBy }) => killedBy))
  const proven = new Set(checks.filter(({ id }) => killers.has(id)).map(({ proves }) => proves))
  const count = (ids: ReadonlySet<string>): number =>
    testable.filter(({ id }) => ids.has(id)).length
  return {
    musts: musts.length,
    testable: testable.length,
    cited: count(cited),
    exercised: count(exercised),
    proven: count(proven),
    unproven: testable.filter(({ id }) => !proven.has(id)).map(({ id }) => id),
  }
}

/** Testable MUSTs that no check names. */
export function uncited(ledger: Ledger, checks: readonly Pick<Check, 'proves'>[]): Requirement[] {
  const cited = new Set(checks.map(({ proves }) => proves))
  return ledger.requirements.filter(
    (requirement) => isMust(requirement) && isTestable(requirement) && !cited.has(requirement.id),
  )
}
