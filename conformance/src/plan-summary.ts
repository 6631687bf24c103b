/** Sums a plan up: what would be made, and why the rest would not. */

import type { Ledger } from './ledger.ts'
import { isMust } from './ledger.ts'
import type { PlannedCheck } from './plan.ts'

/** A plan in numbers. */
export interface PlanSummary {
  readonly made: readonly PlannedCheck[]
  /** In the order of the number of checks, most first. */
  readonly left: readonly LeftOut[]
}

/** Checks that would not be made for one and the same reason. */
export interface LeftOut {
  readonly reason: string
  readonly checks: readonly PlannedCheck[]
  /** How many of the binding requirements would get no verdict at all because of it. */
  readonly musts: number
}

/** Groups a plan by what becomes of its checks. */
export function summarisePlan(planned: readonly PlannedCheck[], ledger: Ledger): PlanSummary {
  const made = planned.filter(({ decision }) => decision === 'run')
  const judged = new Set(made.map(({ check }) => check.proves))
  const byReason = Map.groupBy(
    planned.filter(({ decision }) => decision !== 'run'),
    (one) => reasonOf(one, ledger),
  )
  const left = [...byReason].map(([reason, checks]) => {
    const open = new Set(checks.map(({ check }) => check.proves).filter((id) => !judged.has(id)))
    return { reason, checks, musts: [...open].filter((id) => isMust(ledger.find(id))).length }
  })
  return { made, left: left.sort((a, b) => b.checks.length - a.checks.length) }
}

function reasonOf({ check, decision }: PlannedCheck, ledger: Ledger): string {
  if (decision === 'unsupported')
    return `profile ${ledger.find(check.proves).profile} is not announced`
  if (decision === 'run') return ''
  return decision.notRun.replace(/waits \d+ s/, 'waits longer')
}
