/** `list --plan`: what a run would make, and what it would not and why; nothing is driven but what the plan depends on. */

import { CHECKS } from '../checks/index.ts'
import type { Site } from '../drive/site.ts'
import { readLedger } from '../ledger.ts'
import { type PlannedCheck, planChecks, waitOf } from '../plan.ts'
import { type LeftOut, summarisePlan } from '../plan-summary.ts'
import { printable } from '../report/printable.ts'
import { EXIT } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { type OpenedTargets, openTargets } from './open-target.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'

const WIDTH = 300

/** Prints the plan of a run with these options; returns the exit code. */
export async function listPlan(
  operands: readonly string[],
  flags: object & { readonly json?: boolean },
): Promise<number> {
  const options = readRunOptions(operands, { repeat: '1', ...flags })
  let opened: OpenedTargets
  try {
    opened = await openTargets(options)
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    process.stdout.write(`no plan: ${error.message}\n`)
    return EXIT.noVerdict
  }
  try {
    const plans = opened.targets.map((target) => ({ target, planned: planOf(target, options) }))
    if (flags.json)
      process.stdout.write(
        `${JSON.stringify(
          plans.flatMap(({ planned }) => planned.map(rowOf)),
          undefined,
          2,
        )}\n`,
      )
    else for (const { target, planned } of plans) print(target, planned)
    const isEmpty = plans.every(({ planned }) =>
      planned.every(({ decision }) => decision !== 'run'),
    )
    return isEmpty ? EXIT.noVerdict : EXIT.conformant
  } finally {
    await opened.close()
  }
}

function planOf({ site }: Target, options: RunOptions): PlannedCheck[] {
  const own: Site = options.isRealTime ? { ...site, steps: false } : site
  return planChecks(CHECKS, readLedger(), own, options)
}

function rowOf({ check, decision }: PlannedCheck): object {
  const { id, proves } = check
  return {
    id,
    proves,
    decision: typeof decision === 'string' ? decision : 'not-run',
    ...(typeof decision === 'object' && { reason: decision.notRun }),
  }
}

function print({ name, site }: Target, planned: readonly PlannedCheck[]): void {
  const say = (...lines: string[]): void => {
    for (const line of lines) process.stdout.write(`${line}\n`)
  }
  const ledger = readLedger()
  const { made, left } = summarisePlan(planned, ledger)
  const byProfile = Map.groupBy(made, ({ check }) => ledger.find(check.proves).profile)
  say(
    '',
    printable(`${name} announces ${site.advertised.profiles.join(', ')}`, WIDTH),
    '',
    `made: ${made.length} of ${planned.length} checks`,
  )
  for (const [profile, own] of byProfile) {
    const waiting = own.map(({ check }) => waitOf(check, site))
    const longest = Math.max(0, ...waiting)
    say(
      `  ${String(own.length).padStart(4)}  ${profile}${longest > 0 ? `, the longest wait ${longest.toFixed(0)} s` : ''}`,
    )
  }
  if (left.length > 0) say('', `not made: ${planned.length - made.length}`)
  for (const one of left) say(...describeLeft(one))
}

function describeLeft({ reason, checks, musts }: LeftOut): string[] {
  const binding =
    musts === 0 ? '' : `; ${musts} ${musts === 1 ? 'MUST' : 'MUSTs'} would not be judged`
  const ids = checks.slice(0, 3).map(({ check }) => check.id)
  const more = checks.length > ids.length ? `, ... ${checks.length - ids.length} more` : ''
  return [
    `  ${String(checks.length).padStart(4)}  ${printable(reason, WIDTH)}${binding}`,
    `        ${ids.join(', ')}${more}`,
  ]
}
