/** `doctor`: says, before anything is judged, what would keep a verdict from being given, and what to do about it. */

import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import type { Diagnosis } from '../diagnosis.ts'
import { examine } from '../doctor.ts'
import { readLedger } from '../ledger.ts'
import { planChecks } from '../plan.ts'
import { summarisePlan } from '../plan-summary.ts'
import { type Style, styleFor } from '../report/console.ts'
import { printable } from '../report/printable.ts'
import { EXIT } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import { type OpenedTargets, openTargets } from './open-target.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'
import { UsageError } from './usage-error.ts'

const WIDTH = 400

/** Examines what the options name; returns the exit code. */
export async function doctor(
  operands: readonly string[],
  flags: object & { readonly json?: boolean; readonly exec?: boolean },
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (operands.length > 1) throw new UsageError(`doctor takes one URL; got ${operands.join(' ')}`)
  const { host, port } = DEVELOPMENT.listen
  const given = operands.length > 0 || flags.exec ? operands : [`http://${host}:${port}`]
  const options = readRunOptions(given, { seed: '0', repeat: '1', concurrency: '1', ...flags })
  if (!options.url && !options.exec)
    throw new UsageError(`${given[0]} is not a URL such as http://127.0.0.1:8080`)
  const found = await findings(options)
  if (flags.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`)
  else
    for (const line of render(found, styleFor(process.stdout, env)))
      process.stdout.write(`${line}\n`)
  return found.some(({ state }) => state === 'trouble') ? EXIT.noVerdict : EXIT.conformant
}

async function findings(options: RunOptions): Promise<readonly Diagnosis[]> {
  let opened: OpenedTargets
  try {
    opened = await openTargets(options)
  } catch (error) {
    const { message } = error as Error
    if (error instanceof TargetUnavailable)
      return [{ name: 'reachable', state: 'trouble', what: message, remedy: 'then look again' }]
    if (error instanceof UsageError)
      return [{ name: 'webhooks', state: 'trouble', what: message, remedy: 'then look again' }]
    throw error
  }
  try {
    const [target] = opened.targets
    if (!target) return []
    const found = [...(await examine(target)), lookAtPlan(target, options)]
    return redact(found, target.secrets)
  } finally {
    await opened.close()
  }
}

/** What a run would make, and what it would not. */
function lookAtPlan({ site }: Target, options: RunOptions): Diagnosis {
  const ledger = readLedger()
  const planned = planChecks(CHECKS, ledger, site, options)
  const { made, left } = summarisePlan(planned, ledger)
  const open = left.filter(({ reason }) => !reason.endsWith('is not announced'))
  const what = `${made.length} of ${planned.length} checks would be made`
  if (open.length === 0) return { name: 'checks', state: 'ok', what }
  const details = open.map(({ checks, musts, reason }) => {
    const binding =
      musts === 0 ? '' : `, of ${musts} ${musts === 1 ? 'MUST' : 'MUSTs'} that nothing else judges`
    return `${checks.length} not${binding}: ${reason}`
  })
  return { name: 'checks', state: 'note', what, details }
}

function render(found: readonly Diagnosis[], style: Style): string[] {
  const width = Math.max(...found.map(({ name }) => name.length))
  const marks = {
    ok: style.good('ok     '),
    note: style.strong('note   '),
    trouble: style.bad('TROUBLE'),
  }
  const lines = found.flatMap(({ name, state, what, remedy, details = [] }) => [
    `${name.padEnd(width)}  ${marks[state]}  ${printable(what, WIDTH)}`,
    ...[...details, ...(remedy === undefined ? [] : [remedy])].map(
      (line) => `${''.padEnd(width)}           ${printable(line, WIDTH)}`,
    ),
  ])
  const troubles = found.filter(({ state }) => state === 'trouble').length
  const last =
    troubles === 0
      ? style.good('all is there that a verdict needs')
      : style.bad(
          `no verdict is possible yet: ${troubles} ${troubles === 1 ? 'thing' : 'things'} to mend`,
        )
  return [...lines, '', last]
}
