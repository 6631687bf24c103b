/** `explain`: what a check or a requirement is about. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import { type AnyCheck, EVERY_CHECK } from '../checks/every.ts'
import { findInvariant } from '../invariants/index.ts'
import { isTestable, type Requirement, readLedger } from '../ledger.ts'
import { suggest } from '../plan.ts'
import { goldenOf } from '../report/golden.ts'
import { renderGolden } from '../report/side-by-side.ts'
import { misdeedOf } from '../self-test/misdeeds.ts'
import { EXIT } from '../summary.ts'
import type { Advertised } from '../timeline/timeline.ts'
import { UsageError } from './usage-error.ts'

/** Longest line of a transcript, in UTF-16 code units. */
const WIDTH = 150

/** Prints the clause and the checks of a requirement, or the clause that a check judges and that check. */
export function explain(id: string): number {
  const ledger = readLedger()
  const check = EVERY_CHECK.find((candidate) => candidate.id === id)
  const requirement = ledger.requirements.find(
    (candidate) => candidate.id === (check?.proves ?? id),
  )
  if (!requirement) {
    const ids = [
      ...EVERY_CHECK.map((candidate) => candidate.id),
      ...ledger.requirements.map((candidate) => candidate.id),
    ]
    throw new UsageError(
      `there is no check or requirement ${id}; did you mean ${suggest(id, ids).join(', ')}?`,
    )
  }
  const all = EVERY_CHECK.filter(({ proves }) => proves === requirement.id)
  const explained = check ? [check] : all
  const others = all.filter((other) => !explained.includes(other)).map((other) => other.id)
  const lines = [
    ...explainRequirement(requirement),
    ...explained.flatMap(explainCheck),
    ...(others.length > 0 ? ['', `  judged by ${others.join(', ')} too`] : []),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return EXIT.conformant
}

function explainRequirement(requirement: Requirement): string[] {
  const { id, text, level, profile, chapter, rows, reason } = requirement
  return [
    id,
    '',
    `  ${text}`,
    '',
    `  ${level}, profile ${profile}, spec/${chapter}.md#${id}`,
    ...rows.map(
      ({ kind, code, slug }) =>
        `  refused with ${kind === 'close' ? 'close code' : 'status'} ${code} ${slug}`,
    ),
    ...(isTestable(requirement)
      ? []
      : [`  not judged from outside (${requirement.class}): ${reason ?? ''}`]),
  ]
}

function explainCheck(check: AnyCheck): string[] {
  const { id, needs = [], killedBy, control, alone } = check
  const golden = renderGolden(goldenOf(id) ?? [], WIDTH)
  return [
    '',
    `  check ${id}`,
    ...(needs.length > 0 ? [`    needs     ${needs.join(', ')}`] : []),
    ...(alone ? [`    runs      ${describeApart(alone)}`] : []),
    ...(findInvariant(id)
      ? ['    judges    what every check of the run saw, beside what its own stimulus shows']
      : []),
    `    clock     ${clockOf(check)}`,
    `    control   ${control ? 'the same without the defect must work, otherwise it is inconclusive' : 'none: the clause itself asks for something to happen'}`,
    '    proven by',
    ...killedBy.map((fault) => {
      const misdeed = misdeedOf(fault)
      return `      ${fault}${misdeed === undefined ? '' : `: ${misdeed}`}`
    }),
    ...(golden.length > 0
      ? ['    what a conforming server did', ...golden.map((line) => `   ${line}`)]
      : []),
    '    stimulus',
    ...stimulusOf(check.drive).map((line) => `      ${line}`),
  ]
}

/** How long it waits, and by whose clock. */
function clockOf({ waitSeconds, realTime, needs = [] }: AnyCheck): string {
  if (needs.some((need) => need === 'service-clock'))
    return 'moved by the suite, to the millisecond; not made in real time'
  if (!waitSeconds) return 'waits for no timer'
  const seconds = (column: 'test' | 'default'): string =>
    `${Number(waitSeconds(advertisedBy(column)).toFixed(1))} s`
  const waits = `waits ${seconds('test')} with test timings, ${seconds('default')} with those of the registry`
  return realTime
    ? `${waits}; in real time, because the transport itself is timed`
    : `${waits}; exact and at once where the suite moves the clock of the service`
}

/** What no other check may have at the same time, where the suite cannot start a service for each. */
function describeApart(alone: NonNullable<AnyCheck['alone']>): string {
  return alone === true
    ? 'alone, because it disturbs the whole server'
    : `beside no other check that takes ${alone.join(' or ')} for itself`
}

function advertisedBy(column: 'test' | 'default'): Advertised {
  const timings = Object.entries(TIMINGS).map(([name, row]) => [name, row[column]])
  return {
    baseUrl: '',
    profiles: [],
    limits: {},
    timings: Object.fromEntries(timings) as Advertised['timings'],
    testTimings: column === 'test',
    origins: 'any',
    webhookSecrets: [],
  }
}

/** The stimulus as it is written, which is the shortest true description of it. */
function stimulusOf(drive: (...args: never[]) => unknown): string[] {
  const lines = drive.toString().split('\n').slice(1, -1)
  const margin = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(margin))
}
