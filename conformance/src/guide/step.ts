/** What a step of the guide is: data that says what to build and which requirements show that it is built. */

import { isTestable, type Ledger, type Requirement } from '../ledger.ts'
import { matches } from '../plan.ts'

/** One thing to build. */
export interface Step {
  readonly title: string
  /** The profile of all its requirements. */
  readonly profile: string
  /** What to build, in two sentences or three. */
  readonly build: string
  /** Patterns over requirement ids of the profile, in the order in which to look at them. */
  readonly requirements: readonly string[]
}

/** The requirements of a step in its order, without those that nothing outside can judge. */
export function requirementsOf(step: Step, ledger: Ledger): Requirement[] {
  const own = ledger.requirements.filter(
    (requirement) => requirement.profile === step.profile && isTestable(requirement),
  )
  const ordered = step.requirements.flatMap((pattern) =>
    own.filter(({ id }) => matches(pattern, id)),
  )
  return [...new Set(ordered)]
}
