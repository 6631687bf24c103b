/** What a person sees of a run: deviations grouped by chapter, the sums, the verdict in words. */

import type { Ledger } from '../ledger.ts'
import type { Summary } from '../summary.ts'
import type { Result, Verdict } from '../verdict.ts'
import { goldenOf } from './golden.ts'
import { printable } from './printable.ts'
import { renderEvidence } from './side-by-side.ts'

/** How text is marked, the identity where colours are off, and how much of it stands in a line. */
export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly weak: (text: string) => string
  readonly strong: (text: string) => string
  /** Of a terminal; undefined where lines may be as long as they are. */
  readonly columns?: number
}

/** The style for a stream: colours only on a terminal and without `NO_COLOR`. */
export function styleFor(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: NodeJS.ProcessEnv,
): Style {
  const isTerminal = stream.isTTY === true
  const paint = (code: number) => (text: string) =>
    isTerminal && !env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text
  return {
    good: paint(32),
    bad: paint(31),
    weak: paint(2),
    strong: paint(1),
    ...(isTerminal && stream.columns !== undefined && { columns: stream.columns }),
  }
}

/** Longest line of a field, in UTF-16 code units: the longest clause fits. */
const WIDTH = 500

/** From so many failures on, a server is more likely to be half built than to be wrong in so many places. */
const MANY = 20

const DEVIATIONS: readonly Verdict[] = ['defect', 'fail', 'warn', 'inconclusive']
const LABELS: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'warned',
  unsupported: 'unsupported',
  inconclusive: 'inconclusive',
  'not-run': 'not run',
  defect: 'suite defects',
}

/** Everything that deviates, chapter by chapter, with what is needed to mend it. */
export function renderDeviations(
  results: readonly Result[],
  ledger: Ledger,
  style: Style,
  reproduce: (check: string) => string,
): string[] {
  const lines: string[] = []
  const alike = findAlike(results)
  const deviating = results.filter(
    (result) => DEVIATIONS.includes(result.verdict) && !alike.has(result.reason ?? ''),
  )
  const byChapter = Map.groupBy(deviating, ({ requirement }) => ledger.find(requirement).chapter)
  const shown = new Map<readonly string[], string>()
  for (const [chapter, own] of byChapter) {
    lines.push('', style.strong(chapter))
    for (const result of own) {
      const golden = goldenOf(result.check)
      const before = golden && shown.get(golden)
      const conforming = before === undefined ? golden : [`see ${before}`]
      const command = reproduce([result.check, result.seenIn ?? ''].join(' ').trim())
      lines.push('', ...renderDeviation(result, ledger, style, command, conforming))
      if (golden) shown.set(golden, before ?? result.check)
    }
  }
  for (const [reason, [first, ...others]] of alike) {
    const rest = `${others.length} more that are so for the same reason`
    lines.push('', `  ${style.strong('INCONCLUSIVE')} ${first.check} and ${rest}`)
    lines.push(...renderField('because', reason), `    again     ${reproduce(first.check)}`)
  }
  const failed = deviating.filter(({ verdict }) => verdict === 'fail').length
  return failed < MANY
    ? lines
    : [
        ...lines,
        '',
        `${failed} failures are much at once: run --guide shows what to mend first, and then what next`,
      ]
}

/** Results that are inconclusive for one and the same reason, where these are so many that nobody reads each. */
function findAlike(results: readonly Result[]): Map<string, [Result, ...Result[]]> {
  const inconclusive = results.filter(({ verdict }) => verdict === 'inconclusive')
  return new Map(
    [...Map.groupBy(inconclusive, ({ reason }) => reason ?? '')].filter(
      (entry): entry is [string, [Result, ...Result[]]] => entry[1].length >= MANY,
    ),
  )
}

/** One deviation, with what a conforming server did where that is given. */
export function renderDeviation(
  result: Result,
  ledger: Ledger,
  style: Style,
  command: string,
  golden: readonly string[] | undefined,
): string[] {
  const requirement = ledger.find(result.requirement)
  const mark = result.verdict === 'fail' || result.verdict === 'defect' ? style.bad : style.strong
  const lines = [
    `  ${mark(result.verdict.toUpperCase())} ${printable(result.check, WIDTH)}  ${style.weak(`${requirement.level}, spec/${requirement.chapter}.md#${requirement.id}`)}`,
    ...renderField('clause', requirement.text),
  ]
  if (result.expected !== undefined) lines.push(...renderField('expected', result.expected))
  if (result.got !== undefined) lines.push(...renderField('got', result.got, mark))
  if (result.reason !== undefined) lines.push(...renderField('because', result.reason))
  if (result.seenIn !== undefined)
    lines.push(...renderField('seen in', `what ${result.seenIn} did`))
  if (result.control !== undefined) {
    const outcome =
      result.control === 'worked'
        ? 'the same without the defect worked'
        : `the same without the defect did not work: ${result.control}`
    lines.push(...renderField('control', outcome))
  }
  const evidence = renderEvidence(result.timeline, result.offender, golden, {
    ...style,
    mark,
    isMissed: result.expected !== undefined,
  })
  lines.push(...evidence.map((line) => `    ${line}`))
  lines.push(`    again     ${command}`)
  return lines
}

/** A label and a text of at most ten lines, those after the first beneath it. */
function renderField(label: string, text: string, paint = (line: string) => line): string[] {
  return text
    .split('\n')
    .slice(0, 10)
    .map((line) => paint(printable(line, WIDTH)))
    .map((line, index) => `    ${(index === 0 ? label : '').padEnd(9)} ${line}`)
}

/** The verdicts of one run, counted, in one line. */
export function renderSums({ checks }: Summary, seconds: number): string {
  const sums = (Object.keys(LABELS) as Verdict[])
    .filter((verdict) => checks[verdict] > 0)
    .map((verdict) => `${checks[verdict]} ${LABELS[verdict]}`)
  return `checks: ${sums.join(', ') || 'none'} in ${seconds.toFixed(1)} s`
}

/** The sums, `invariants` below them, and as the last line the verdict. */
export function renderSummary(
  summary: Summary,
  seconds: number,
  style: Style,
  invariants: readonly string[] = [],
): string[] {
  const missing = summary.notJudged.map(({ reason, count }) => `${count} ${reason}`).join('; ')
  const verdict = summary.exitCode === 0 ? style.good : style.bad
  return [
    '',
    renderSums(summary, seconds),
    ...invariants,
    `${summary.musts.judged} of ${summary.musts.total} MUSTs judged${missing && `; not judged: ${missing}`}`,
    verdict(printable(summary.words, WIDTH)),
  ]
}
