/** What a person sees of a run: a plan line, deviations grouped by chapter, the sums, the verdict in words. */

import type { Ledger } from '../ledger.ts'
import type { Summary } from '../summary.ts'
import type { Result, Verdict } from '../verdict.ts'
import { printable } from './printable.ts'
import { renderTranscript } from './transcript.ts'

/** How text is marked; the identity where colours are off. */
export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly weak: (text: string) => string
  readonly strong: (text: string) => string
}

/** The style for a stream: colours only on a terminal and without `NO_COLOR`. */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const isColoured = stream.isTTY === true && !env.NO_COLOR
  const paint = (code: number) => (text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text
  return { good: paint(32), bad: paint(31), weak: paint(2), strong: paint(1) }
}

/** Longest line of a field, in UTF-16 code units: the longest clause fits. */
const WIDTH = 500

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
  const deviating = results.filter(({ verdict }) => DEVIATIONS.includes(verdict))
  const byChapter = Map.groupBy(deviating, ({ requirement }) => ledger.find(requirement).chapter)
  for (const [chapter, own] of byChapter) {
    lines.push('', style.strong(chapter))
    for (const result of own)
      lines.push('', ...renderDeviation(result, ledger, style, reproduce(result.check)))
  }
  return lines
}

function renderDeviation(result: Result, ledger: Ledger, style: Style, command: string): string[] {
  const requirement = ledger.find(result.requirement)
  const mark = result.verdict === 'fail' || result.verdict === 'defect' ? style.bad : style.strong
  const lines = [
    `  ${mark(result.verdict.toUpperCase())} ${result.check}  ${style.weak(`${requirement.level}, spec/${requirement.chapter}.md#${requirement.id}`)}`,
    ...renderField('clause', requirement.text),
  ]
  if (result.expected !== undefined) lines.push(...renderField('expected', result.expected))
  if (result.got !== undefined) lines.push(...renderField('got', result.got, mark))
  if (result.reason !== undefined) lines.push(...renderField('because', result.reason))
  if (result.control !== undefined) {
    const outcome =
      result.control === 'worked'
        ? 'the same without the defect worked'
        : `the same without the defect did not work: ${result.control}`
    lines.push(...renderField('control', outcome))
  }
  if (result.timeline) {
    for (const line of renderTranscript(result.timeline, result.offender)) {
      lines.push(`    ${line.startsWith(' >>') ? mark(line) : style.weak(line)}`)
    }
  }
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

/** The sums and, as the last line, the verdict. */
export function renderSummary(summary: Summary, seconds: number, style: Style): string[] {
  const sums = (Object.keys(LABELS) as Verdict[])
    .filter((verdict) => summary.checks[verdict] > 0)
    .map((verdict) => `${summary.checks[verdict]} ${LABELS[verdict]}`)
    .join(', ')
  const missing = summary.notJudged.map(({ reason, count }) => `${count} ${reason}`).join('; ')
  const verdict = summary.exitCode === 0 ? style.good : style.bad
  return [
    '',
    `checks: ${sums || 'none'} in ${seconds.toFixed(1)} s`,
    `${summary.musts.judged} of ${summary.musts.total} MUSTs judged${missing && `; not judged: ${missing}`}`,
    verdict(printable(summary.words, WIDTH)),
  ]
}
