/** Judges a recorded report again: the same judges over what the report says was seen, and nothing else. */

import type { Report } from '@channel-protocol/schemas/types'
import type { Check } from './check.ts'
import { observe } from './invariants/observe.ts'
import { isBinding, judgeCheck } from './judgement.ts'
import type { Ledger } from './ledger.ts'
import { readAdvertised } from './target/advertised.ts'
import type { TimelineEvent } from './timeline/event.ts'
import { redact } from './timeline/redact.ts'
import { restore } from './timeline/stand-ins.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result, Verdict } from './verdict.ts'

type SavedResult = Report['results'][number]
/** What a check is judged by. */
export interface Judging extends Pick<Check, 'id' | 'proves' | 'control' | 'judge'> {
  /** Checks with the same one were judged by what it showed once. */
  readonly drive: unknown
}

/** A check of which the judges of today do not say what the report says. */
export interface Difference {
  readonly check: string
  readonly saved: Verdict
  readonly again: Verdict
  /** What is said now, and what was. */
  readonly what: string
}

/** A report that was judged again. */
export interface Replayed {
  /** One for each result of the report, in its order. */
  readonly results: readonly Result[]
  readonly differences: readonly Difference[]
  /** How many checks were judged again. */
  readonly judged: number
  /** Why others that the report has a verdict of were not; their result is inconclusive. */
  readonly notAgain: readonly { readonly check: string; readonly reason: string }[]
}

/** Judges every result of which something was recorded; what was not made stays as it is. */
export function replay(report: Report, checks: readonly Judging[], ledger: Ledger): Replayed {
  const byId = new Map(checks.map((check) => [check.id, check]))
  const known = new Set(ledger.requirements.map(({ id }) => id))
  const notAgain: { check: string; reason: string }[] = []
  let judged = 0
  const pairs = report.results.flatMap((saved): { saved: SavedResult; result: Result }[] => {
    if (!known.has(saved.requirement)) {
      notAgain.push({ check: saved.check, reason: `there is no requirement ${saved.requirement}` })
      return []
    }
    if (!saved.events && NOT_MADE.includes(saved.verdict)) return [{ saved, result: keep(saved) }]
    const check = byId.get(saved.check)
    const reason = findObstacle(report, saved, check)
    if (!check || reason !== undefined) {
      notAgain.push({ check: saved.check, reason: reason ?? '' })
      return [{ saved, result: inconclusive(saved, `not judged again: ${reason}`) }]
    }
    judged += 1
    return [{ saved, result: judgeSaved(report, saved, check, ledger) }]
  })
  const results = settleInvariants(report, pairs, byId, ledger)
  const differences = pairs.flatMap(({ saved }, place): Difference[] => {
    const result = results[place]
    const isAgain = !notAgain.some(({ check }) => check === saved.check)
    const what = result && isAgain ? differ(saved, result) : undefined
    return result && what !== undefined
      ? [{ check: saved.check, saved: saved.verdict, again: result.verdict, what }]
      : []
  })
  return { results, differences, judged, notAgain }
}

const NOT_MADE: readonly Verdict[] = ['not-run', 'unsupported']

/** Shows the invariants every stimulus of the report, each once, as the run did. */
function settleInvariants(
  report: Report,
  pairs: readonly { readonly saved: SavedResult; readonly result: Result }[],
  checks: ReadonlyMap<string, Judging>,
  ledger: Ledger,
): Result[] {
  const observation = observe(report.target.url)
  const made = pairs.flatMap(({ saved }) => {
    const check = checks.get(saved.check)
    const isOwn = saved.events && saved.seen_in === undefined
    return check && isOwn && isOfServices(check, ledger) ? [{ saved, check }] : []
  })
  for (const group of Map.groupBy(made, ({ check }) => check.drive).values()) {
    const [{ saved }] = group as [(typeof group)[number]]
    const checksOf = group.map(({ check }) => check)
    observation.take(timelineOf(report, saved), checksOf, saved.stand_ins ?? [])
  }
  return observation.settle(
    pairs.map(({ result }) => result),
    ledger,
  )
}

function isOfServices({ proves }: Judging, ledger: Ledger): boolean {
  return ledger.find(proves).actor === 'service'
}

/** The timeline of a saved result as its judges saw it, stand-ins in place of secrets. */
export function timelineOf(
  { target }: Report,
  { events = [], service, stand_ins }: SavedResult,
): Timeline {
  const url = service?.url ?? target.url
  const document = {
    profiles: service?.profiles ?? target.profiles,
    limits: { ...target.limits, ...service?.limits },
    timings: { ...target.timings, ...service?.timings },
    test_timings: service?.test_timings ?? target.test_timings,
    origins: service?.origins ?? target.origins,
  }
  return {
    advertised: readAdvertised(url, document, target.stand_in_secrets ?? []),
    events: restore(events as unknown as TimelineEvent[], stand_ins ?? []),
  }
}

function findObstacle(
  { run }: Report,
  saved: SavedResult,
  check: Judging | undefined,
): string | undefined {
  if (run.recorded !== true) return 'the run was not recorded'
  if (!check) return `this suite has no check ${saved.check}`
  if (check.proves !== saved.requirement) return `the check judges ${check.proves}`
  return saved.events ? undefined : 'what it saw is not in the report'
}

function judgeSaved(report: Report, saved: SavedResult, check: Judging, ledger: Ledger): Result {
  // What an invariant's own stimulus showed is not in the report where another showed the violation.
  if (saved.seen_in !== undefined) return { ...identityOf(saved), verdict: 'pass' }
  const timeline = timelineOf(report, saved)
  const judgement = judgeCheck(check, timeline, isBinding(check, ledger))
  const standIns = saved.stand_ins ?? []
  return {
    ...identityOf(saved),
    ...redact(judgement, standIns),
    timeline: { ...timeline, events: (saved.events ?? []) as unknown as TimelineEvent[] },
    standIns,
  }
}

/** What is told otherwise; undefined where both say the same. */
function differ(saved: SavedResult, again: Result): string | undefined {
  const sayings: readonly (readonly [string, unknown, unknown])[] = [
    ['verdict', saved.verdict, again.verdict],
    ['offender', saved.offender, again.offender],
    ['expected', saved.expected, again.expected],
    ['got', saved.got, again.got],
    ['reason', saved.reason, again.reason],
    ['control', saved.control, again.control],
  ]
  // Which of several violations an invariant shows first depends on what came first in the run.
  const told = saved.observed === undefined ? sayings : sayings.slice(0, 1)
  const other = told.filter(([, before, now]) => before !== now)
  if (other.length === 0) return undefined
  return other
    .map(([name, before, now]) => `${name} ${before ?? 'none'} -> ${now ?? 'none'}`)
    .join('; ')
}

function keep(saved: SavedResult): Result {
  const { verdict, reason } = saved
  return { ...identityOf(saved), verdict, ...(reason !== undefined && { reason }) }
}

function inconclusive(saved: SavedResult, reason: string): Result {
  return { ...identityOf(saved), verdict: 'inconclusive', reason }
}

function identityOf({
  check,
  requirement,
  duration_ms,
  clock,
}: SavedResult): Pick<Result, 'check' | 'requirement' | 'durationMs' | 'clock'> {
  return { check, requirement, durationMs: duration_ms, ...(clock && { clock }) }
}
