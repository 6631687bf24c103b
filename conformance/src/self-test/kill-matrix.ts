/** The kill matrix: every fault of a host against the checks that are aimed at it, or against all. */

import type { Check } from '../check.ts'
import type { Ledger } from '../ledger.ts'
import { planChecks } from '../plan.ts'
import { runChecks } from '../runner.ts'
import type { Fault, ReferenceHost } from '../target/reference.ts'
import { isAnswering } from '../target/url.ts'
import type { Result } from '../verdict.ts'

/** What the suite said of one fault. */
export interface KillRow {
  readonly fault: Fault
  /** Aimed checks that failed, as they must. */
  readonly killedBy: readonly string[]
  /** What is wrong with this row; empty when the fault was caught, for its own reason, and nothing else failed. */
  readonly complaints: readonly string[]
}

const PATIENCE_MS = 1500
const BUDGET_SECONDS = 30
const CHECKS_AT_ONCE = 16

/**
 * Judges every fault, several at a time, each on a server of its own. A row that complains is judged once more,
 * alone: what servers side by side do to each other's timers says nothing about the fault.
 */
export async function measureKills(
  host: ReferenceHost,
  faults: readonly Fault[],
  checks: readonly Check[],
  ledger: Ledger,
  {
    isFull,
    concurrency,
    onRow = () => {},
  }: { isFull: boolean; concurrency: number; onRow?: (row: KillRow) => void },
): Promise<KillRow[]> {
  const rows: KillRow[] = []
  const again: Fault[] = []
  const queue = [...faults]
  const judge = (fault: Fault): Promise<KillRow> => judgeFault(host, fault, checks, ledger, isFull)
  const put = (row: KillRow): void => {
    rows.push(row)
    onRow(row)
  }
  const work = async (): Promise<void> => {
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const row = await judge(fault)
      if (row.complaints.length === 0) put(row)
      else again.push(fault)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  for (const fault of again) put(await judge(fault))
  return rows.sort((a, b) => a.fault.name.localeCompare(b.fault.name))
}

async function judgeFault(
  host: ReferenceHost,
  fault: Fault,
  checks: readonly Check[],
  ledger: Ledger,
  isFull: boolean,
): Promise<KillRow> {
  const aimed = checks.filter(({ killedBy }) => killedBy.includes(fault.name))
  if (aimed.length === 0) return { fault, killedBy: [], complaints: ['no check is aimed at it'] }
  const target = await host.start({ faults: [fault.name] })
  try {
    const planned = planChecks(isFull ? checks : aimed, ledger, target.site, {
      patterns: [],
      profiles: [],
      budgetSeconds: BUDGET_SECONDS,
    })
    const results = await runChecks(planned, target, ledger, {
      concurrency: CHECKS_AT_ONCE,
      seed: 1,
      patienceMs: PATIENCE_MS,
    })
    const isAlive = await isAnswering(target.site)
    const made = new Set(results.map(({ check }) => check))
    return {
      fault,
      killedBy: results
        .filter((result) => aimedAt(aimed, result) && isKill(result))
        .map(({ check }) => check),
      complaints: [
        ...results.flatMap((result) => complain(result, aimedAt(aimed, result))),
        ...aimed
          .filter(({ id }) => !made.has(id))
          .map(({ id }) => `${id} is aimed at it, but does not judge what it is a fault of`),
        ...(isAlive ? [] : ['the server no longer answers: a crash is not a kill']),
        ...fault.breaks
          .filter((id) => !aimed.some(({ proves }) => proves === id))
          .map((id) => `claims to break ${id}, but no aimed check judges that`),
        ...aimed
          .filter(({ proves }) => !fault.breaks.includes(proves))
          .map(
            ({ id, proves }) => `${id} is aimed at it, but it does not claim to break ${proves}`,
          ),
      ],
    }
  } finally {
    await target.stop()
  }
}

function aimedAt(aimed: readonly Check[], { check }: Result): boolean {
  return aimed.some(({ id }) => id === check)
}

/** A kill is a failure or, of a SHOULD, a warning; one that a crash caused does not count. */
function isKill({ verdict, got = '' }: Result): boolean {
  return (verdict === 'fail' || verdict === 'warn') && !CRASHED.test(got)
}

const CRASHED = /status 500|4101|ECONNREFUSED/

function complain(result: Result, isAimed: boolean): string[] {
  const { check, verdict, reason, got } = result
  const why = reason ?? got ?? ''
  if (isAimed) return isKill(result) ? [] : [`${check} should fail, but says ${verdict}: ${why}`]
  return verdict === 'fail' || verdict === 'warn' || verdict === 'defect'
    ? [`${check} is not aimed at it, but says ${verdict}: ${why}`]
    : []
}
