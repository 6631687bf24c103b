/** Takes one step of the guide: makes its checks and says whether it is done, and if not, what to look at first. */

import { CHECKS } from '../checks/index.ts'
import type { Ledger, Requirement } from '../ledger.ts'
import { planChecks, type Selection } from '../plan.ts'
import { type RunOptions, runChecks } from '../runner.ts'
import type { Target } from '../target/target.ts'
import type { Result } from '../verdict.ts'
import { requirementsOf, type Step } from './step.ts'

/** What became of a step. */
export interface StepOutcome {
  readonly passed: number
  /** What is wrong, in the order in which to look at it. */
  readonly red: readonly Result[]
  /** What a SHOULD says and the server does not. */
  readonly warned: readonly Result[]
  /** Why checks were not made. */
  readonly unmade: readonly string[]
}

/** Makes the checks of a step, all of them, and sorts what they say. */
export async function takeStep(
  step: Step,
  target: Target,
  ledger: Ledger,
  options: Pick<Selection, 'skip' | 'level' | 'budgetSeconds'> &
    Omit<RunOptions, 'onResult' | 'onTimeline'>,
): Promise<StepOutcome> {
  const requirements = requirementsOf(step, ledger)
  const checks = requirements.flatMap(({ id }) => CHECKS.filter(({ proves }) => proves === id))
  const planned = planChecks(checks, ledger, target.site, {
    patterns: [],
    profiles: [],
    ...(options.skip && { skip: options.skip }),
    ...(options.level && { level: options.level }),
    budgetSeconds: options.budgetSeconds,
  })
  const results = await runChecks(planned, target, ledger, options)
  return {
    passed: results.filter(({ verdict }) => verdict === 'pass').length,
    red: results.filter(isRed).sort((a, b) => rank(a, requirements) - rank(b, requirements)),
    warned: results.filter(({ verdict }) => verdict === 'warn'),
    unmade: [
      ...new Set(
        results
          .filter(({ verdict }) => verdict === 'not-run' || verdict === 'unsupported')
          .map(({ reason }) => reason ?? 'not made'),
      ),
    ],
  }
}

function isRed({ verdict }: Result): boolean {
  return verdict === 'fail' || verdict === 'inconclusive' || verdict === 'defect'
}

/** What failed comes before what could not be judged, which may come of it; else in the order of the step. */
function rank({ verdict, requirement }: Result, requirements: readonly Requirement[]): number {
  const place = requirements.findIndex(({ id }) => id === requirement)
  return verdict === 'inconclusive' ? requirements.length + place : place
}
