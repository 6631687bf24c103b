/** Adds results up: per requirement, per verdict, and into the exit code and the last line in words. */

import { isMust, isTestable, type Ledger, type Requirement } from './ledger.ts'
import { isJudged, type Result, type Verdict, worst } from './verdict.ts'

/** Exit codes of every command. */
export const EXIT = {
  conformant: 0,
  notConformant: 1,
  usage: 2,
  noVerdict: 3,
  suiteDefect: 5,
  interrupted: 130,
} as const

/** The verdict over one requirement. */
export interface RequirementVerdict {
  readonly requirement: Requirement
  readonly verdict: Verdict
  readonly checks: readonly string[]
}

/** A run in numbers. */
export interface Summary {
  readonly requirements: readonly RequirementVerdict[]
  readonly checks: Readonly<Record<Verdict, number>>
  readonly profiles: readonly string[]
  readonly musts: { readonly judged: number; readonly total: number }
  /** Why MUSTs were not judged: reason and how many. */
  readonly notJudged: readonly { readonly reason: string; readonly count: number }[]
  readonly exitCode: number
  /** The verdict in words. */
  readonly words: string
}

/** What a run was, apart from its results. */
export interface RunFacts {
  /** Profiles that were to be judged. */
  readonly profiles: readonly string[]
  readonly testTimings: boolean
  /** Whether checks of these profiles were left out on purpose. */
  readonly isPartial: boolean
  /** Patterns of what was left out by name. */
  readonly skipped?: readonly string[]
  /** Whether a MUST that was not judged forbids a verdict. */
  readonly isStrict: boolean
  /** Something that the preflight found wrong and that forbids a verdict. */
  readonly preflight?: string
}

/** Sums up a run. */
export function summarise(results: readonly Result[], ledger: Ledger, facts: RunFacts): Summary {
  const byRequirement = Map.groupBy(results, ({ requirement }) => requirement)
  const requirements = ledger.requirements
    .filter(({ id }) => byRequirement.has(id))
    .map((requirement) => {
      const own = byRequirement.get(requirement.id) ?? []
      return {
        requirement,
        verdict: worst(own.map(({ verdict }) => verdict)),
        checks: own.map(({ check }) => check),
      }
    })
  const binding = ledger.requirements.filter(
    (requirement) => isMust(requirement) && facts.profiles.includes(requirement.profile),
  )
  const verdictOf = new Map(
    requirements.map(({ requirement, verdict }) => [requirement.id, verdict]),
  )
  const unjudged = binding.filter(({ id }) => !isJudged(verdictOf.get(id) ?? 'not-run'))
  const reasons = unjudged.map((requirement) =>
    reasonOf(requirement, byRequirement.get(requirement.id) ?? []),
  )
  const musts = { judged: binding.length - unjudged.length, total: binding.length }
  const checks = Object.fromEntries(
    (['pass', 'fail', 'warn', 'unsupported', 'inconclusive', 'not-run', 'defect'] as const).map(
      (verdict) => [verdict, results.filter((result) => result.verdict === verdict).length],
    ),
  ) as Record<Verdict, number>
  const { exitCode, words } = conclude(
    requirements,
    checks,
    musts,
    unjudged,
    facts,
    results.some(({ clock }) => clock === 'virtual'),
  )
  return {
    requirements,
    checks,
    profiles: facts.profiles,
    musts,
    notJudged: [...Map.groupBy(reasons, (reason) => reason)].map(([reason, same]) => ({
      reason,
      count: same.length,
    })),
    exitCode,
    words,
  }
}

/** By which timers and clock was judged, where they are not those that a user meets. */
function describeTime(testTimings: boolean, isStepped: boolean): string {
  const by = [
    ...(testTimings ? ['test timings'] : []),
    ...(isStepped ? ['a virtual clock where timers are waited for'] : []),
  ]
  return by.length > 0 ? `, judged with ${by.join(' and ')}` : ''
}

function reasonOf(requirement: Requirement, results: readonly Result[]): string {
  if (!isTestable(requirement)) return `cannot be seen from outside (${requirement.class})`
  const result =
    results.find(({ verdict }) => verdict === 'inconclusive' || verdict === 'defect') ?? results[0]
  if (!result) return 'not selected'
  return result.verdict === 'not-run' || result.verdict === 'unsupported'
    ? (result.reason ?? result.verdict).replace(/waits \d+ s/, 'waits longer')
    : result.verdict
}

function conclude(
  requirements: readonly RequirementVerdict[],
  checks: Readonly<Record<Verdict, number>>,
  musts: Summary['musts'],
  unjudged: readonly Requirement[],
  facts: RunFacts,
  isStepped: boolean,
): { exitCode: number; words: string } {
  const without = facts.skipped ? ` without ${facts.skipped.join(' ')} (skipped)` : ''
  const partly = facts.isPartial ? ', as far as the selection goes' : ''
  const judgedOver = `for ${facts.profiles.join(', ')}${without}${partly}`
  const timings = describeTime(facts.testTimings, isStepped)
  if (checks.defect > 0) {
    return { exitCode: EXIT.suiteDefect, words: 'no verdict: the suite itself has a defect' }
  }
  const broken = requirements.filter(
    ({ requirement, verdict }) => verdict === 'fail' && isMust(requirement),
  )
  if (broken.length > 0) {
    return {
      exitCode: EXIT.notConformant,
      words: `not conformant ${judgedOver}: ${broken.length} ${broken.length === 1 ? 'MUST' : 'MUSTs'} broken${timings}`,
    }
  }
  const because = (why: string): { exitCode: number; words: string } => ({
    exitCode: EXIT.noVerdict,
    words: `no verdict ${judgedOver}: ${why}`,
  })
  if (facts.preflight !== undefined) return because(facts.preflight)
  if (checks.pass + checks.warn === 0)
    return because(
      checks.unsupported + checks['not-run'] + checks.inconclusive === 0
        ? 'nothing was selected'
        : 'nothing was executed',
    )
  const open = requirements.filter(
    ({ requirement, verdict }) => verdict === 'inconclusive' && isMust(requirement),
  )
  if (open.length > 0)
    return because(`${open.length} ${open.length === 1 ? 'MUST is' : 'MUSTs are'} inconclusive`)
  const strict = unjudged.filter(isTestable)
  if (facts.isStrict && strict.length > 0)
    return because(`${strict.length} MUSTs were not judged (--strict)`)
  return {
    exitCode: EXIT.conformant,
    words: `conformant ${judgedOver}${timings}${musts.judged < musts.total ? '' : ', every MUST judged'}`,
  }
}
