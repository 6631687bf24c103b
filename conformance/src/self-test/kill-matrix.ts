/** The kill matrix: every fault of a host against the checks aimed at it, those that reach it, or all. */

import type { Check } from '../check.ts'
import { findInvariant } from '../invariants/index.ts'
import type { Ledger } from '../ledger.ts'
import { planChecks } from '../plan.ts'
import { runChecks } from '../runner.ts'
import type { Fault, ReferenceHost } from '../target/reference.ts'
import { isAnswering } from '../target/url.ts'
import type { Result } from '../verdict.ts'
import { measureReach, reaches } from './reach.ts'
import { isInShare, isWhole, type Share, WHOLE } from './share.ts'

/** What the suite said of one fault. */
export interface KillRow {
  readonly fault: Fault
  /** Aimed checks that failed, as they must. */
  readonly killedBy: readonly string[]
  /** What is wrong with this row; empty when the fault was caught, for its own reason, and nothing else failed. */
  readonly complaints: readonly string[]
  /** How many checks judged it. */
  readonly judged: number
}

/**
 * By which checks a fault is judged: those aimed at it; those that ask the server for what it changes, as a check
 * that never does sees a server without it; or all.
 */
export type Range = 'aimed' | 'reaching' | 'all'

const PATIENCE_MS = 1500
const BUDGET_SECONDS = 30
const CHECKS_AT_ONCE = 16
/** Servers at once when rows that complained are judged again. */
const FEWER = 3

/**
 * Judges every fault, several at a time, each on a server of its own. A row that complains is judged again, with
 * fewer beside it and at last alone: what servers side by side do to each other's timers says nothing about the fault.
 */
export async function measureKills(
  host: ReferenceHost,
  faults: readonly Fault[],
  checks: readonly Check[],
  ledger: Ledger,
  {
    range,
    concurrency,
    share = WHOLE,
    onRow = () => {},
  }: { range: Range; concurrency: number; share?: Share; onRow?: (row: KillRow) => void },
): Promise<KillRow[]> {
  const rows: KillRow[] = []
  const isOtherJudge = await chooseOthers({ range, share }, host, checks, ledger)
  const judge = isWhole(share) ? judgeFault : judgeFaultByOthers
  let queue = [...faults]
  for (const atOnce of [concurrency, FEWER, 1]) {
    const again: Fault[] = []
    const work = async (): Promise<void> => {
      for (let fault = queue.shift(); fault; fault = queue.shift()) {
        const row = await judge(host, fault, checks, ledger, isOtherJudge)
        if (row.complaints.length > 0 && atOnce > 1) again.push(fault)
        else {
          rows.push(row)
          onRow(row)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    queue = again
  }
  return rows.sort((a, b) => a.fault.name.localeCompare(b.fault.name))
}

/** Whether a check that is not aimed at a fault judges it all the same, by what the fault changes; undefined where none does. */
type IsOtherJudge =
  | ((check: Check, fault: Fault, changed: readonly string[] | undefined) => boolean)
  | undefined

async function chooseOthers(
  { range, share }: { range: Range; share: Share },
  host: ReferenceHost,
  checks: readonly Check[],
  ledger: Ledger,
): Promise<IsOtherJudge> {
  if (range === 'aimed') return undefined
  if (range === 'all') return () => true
  const limits = { patienceMs: PATIENCE_MS, budgetSeconds: BUDGET_SECONDS }
  const reach = await measureReach(host, checks, ledger, limits)
  return (check, fault, changed) =>
    isInShare(share, fault.name, check.id) && reaches(reach, check, changed)
}

async function judgeFault(
  host: ReferenceHost,
  fault: Fault,
  checks: readonly Check[],
  ledger: Ledger,
  isOtherJudge: IsOtherJudge,
): Promise<KillRow> {
  const aimed = aimedAtFault(checks, fault)
  if (aimed.length === 0)
    return { fault, killedBy: [], judged: 0, complaints: ['no check is aimed at it'] }
  const needsNodes = isOtherJudge !== undefined || aimed.some(isForNodes)
  const { results, complaints } = await judgeBy(host, fault, ledger, needsNodes, (changed) =>
    checks.filter((check) => aimed.includes(check) || isOtherJudge?.(check, fault, changed)),
  )
  const made = new Set(results.map(({ check }) => check))
  return {
    fault,
    judged: results.length,
    killedBy: results
      .filter((result) => aimedAt(aimed, result) && isKill(result))
      .map(({ check }) => check),
    complaints: [
      ...results.flatMap((result) => complain(result, aimedAt(aimed, result))),
      ...complaints,
      ...aimed
        .filter(({ id }) => !made.has(id))
        .map(({ id }) => `${id} is aimed at it, but does not judge what it is a fault of`),
      ...fault.breaks
        .filter((id) => !aimed.some(({ proves }) => proves === id))
        .map((id) => `claims to break ${id}, but no aimed check judges that`),
      ...aimed
        .filter(({ proves }) => !fault.breaks.includes(proves))
        .map(({ id, proves }) => `${id} is aimed at it, but it does not claim to break ${proves}`),
    ],
  }
}

/** Judges a fault by others than the checks aimed at it, none of which may see it. */
async function judgeFaultByOthers(
  host: ReferenceHost,
  fault: Fault,
  checks: readonly Check[],
  ledger: Ledger,
  isOtherJudge: IsOtherJudge,
): Promise<KillRow> {
  const aimed = aimedAtFault(checks, fault)
  const { results, complaints } = await judgeBy(host, fault, ledger, true, (changed) =>
    checks.filter((check) => !aimed.includes(check) && isOtherJudge?.(check, fault, changed)),
  )
  return {
    fault,
    judged: results.length,
    killedBy: [],
    complaints: [...results.flatMap((result) => complain(result, false)), ...complaints],
  }
}

function aimedAtFault(checks: readonly Check[], { name }: Fault): readonly Check[] {
  return checks.filter(({ killedBy }) => killedBy.includes(name))
}

function isForNodes({ needs = [] }: Check): boolean {
  return needs.includes('nodes')
}

/** Starts a server with a fault and has it judged by the checks that are chosen once it is known what the fault changes. */
async function judgeBy(
  host: ReferenceHost,
  fault: Fault,
  ledger: Ledger,
  needsNodes: boolean,
  choose: (changed: readonly string[] | undefined) => readonly Check[],
): Promise<{ readonly results: readonly Result[]; readonly complaints: readonly string[] }> {
  const target = await host.start({ faults: [fault.name], isOneNode: !needsNodes })
  try {
    const planned = planChecks(choose(target.changed), ledger, target.site, {
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
    const complaints = isAlive ? [] : ['the server no longer answers: a crash is not a kill']
    return { results, complaints }
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
  // What an invariant sees of a fault that is not aimed at it depends on what other checks do beside it.
  if (verdict !== 'defect' && findInvariant(check)) return []
  return verdict === 'fail' || verdict === 'warn' || verdict === 'defect'
    ? [`${check} is not aimed at it, but says ${verdict}: ${why}`]
    : []
}
