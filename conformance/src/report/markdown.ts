/** The report as Markdown, for the summary page of a CI run; what comes from outside stands in code only. */

import type { TimelineEvent } from '../timeline/event.ts'
import { goldenOf } from './golden.ts'
import { printable } from './printable.ts'
import type { Report } from './report.ts'
import { type Lane, readSteps, type Step } from './sequence.ts'
import { NEVER_CAME } from './transcript.ts'
import { countVerdicts, DEVIATIONS, LEVELS, VERDICTS } from './verdict-words.ts'

type CheckResult = Report['results'][number]

const SIGNS: Readonly<Record<number, string>> = { 0: '✅', 1: '❌' }

/** Longest text of one field and of one line of a transcript, in UTF-16 code units. */
const FIELD = 600
const LINE = 160

/** Lines of a transcript, and deviations that are shown whole: the platforms of CI take about a megabyte. */
const MOST_LINES = 16
const MOST_DEVIATIONS = 50

/** The verdict in words, counts by level and verdict, and each deviation with what is needed to mend it. */
export function renderMarkdown(report: Report): string {
  const { target, verdict, run, suite } = report
  const product = target.implementation
    ? ` (${code(`${target.implementation.name} ${target.implementation.version}`)})`
    : ''
  const deviating = DEVIATIONS.flatMap((one) =>
    report.results.filter((result) => result.verdict === one),
  )
  const left = deviating.length - MOST_DEVIATIONS
  return [
    '# Channel Protocol conformance',
    '',
    `${SIGNS[verdict.exit_code] ?? '⚠️'} **${code(verdict.words)}**`,
    '',
    `Judged ${code(target.name)}${product} by revision ${code(suite.revision)}: ${verdict.musts_judged} of ${verdict.musts_total} MUSTs in ${run.seconds.toFixed(1)} s, seed ${run.seed}, ${code(`${suite.name} ${suite.version}`)}.`,
    ...(verdict.not_judged.length > 0 ? [''] : []),
    ...verdict.not_judged.map(({ reason, count }) => `- not judged: ${count}, ${code(reason)}`),
    '',
    ...renderCounts(report),
    ...(deviating.length > 0 ? ['', '## Deviations'] : []),
    ...deviating.slice(0, MOST_DEVIATIONS).flatMap((result) => renderDeviation(result, report)),
    ...(left > 0 ? ['', `${left} more deviations are in the other forms of this report.`] : []),
    '',
  ].join('\n')
}

function renderCounts({ requirements, results }: Report): string[] {
  const columns = countVerdicts([...requirements, ...results]).map(([one]) => one)
  const row = (
    name: string,
    all: readonly { readonly verdict: CheckResult['verdict'] }[],
  ): string =>
    `| ${[name, ...columns.map((one) => all.filter(({ verdict }) => verdict === one).length)].join(' | ')} |`
  if (columns.length === 0) return ['No check was made.']
  return [
    `| | ${columns.map((one) => VERDICTS[one]).join(' | ')} |`,
    `| --- |${columns.map(() => ' ---: |').join('')}`,
    ...LEVELS.flatMap((level) => {
      const own = requirements.filter((requirement) => requirement.level === level)
      return own.length > 0 ? [row(level, own)] : []
    }),
    row('checks', results),
  ]
}

function renderDeviation(result: CheckResult, { requirements }: Report): string[] {
  const requirement = requirements.find(({ id }) => id === result.requirement)
  const place = requirement
    ? `spec/${requirement.chapter}.md#${requirement.id}`
    : result.requirement
  const field = (name: string, text: string | undefined): string[] =>
    text === undefined ? [] : [`- **${name}**: ${code(text)}`]
  const golden =
    result.verdict === 'fail' || result.verdict === 'warn'
      ? goldenOf(result.seen_in ?? result.check)
      : undefined
  return [
    '',
    `### ${result.verdict}: ${code(result.check)}`,
    '',
    `- **clause** (${result.level}, ${code(place)}): ${code(result.clause)}`,
    ...field('expected', result.expected),
    ...field('got', result.got),
    ...field('because', result.reason),
    ...field('seen in', result.seen_in),
    ...field('control arm', result.control),
    ...(result.clock ? [`- **clock**: ${result.clock}`] : []),
    `- **again**: ${code(result.reproduce)}`,
    ...renderLines('what happened', excerptOf(result, requirement?.profile)),
    ...renderLines(
      'what a conforming server did',
      (golden ?? []).map((line) => printable(line, LINE)),
    ),
  ]
}

/** The offender and what is nearest to it; without an offender the last. */
function excerptOf(
  { events, offender, expected }: CheckResult,
  profile: string | undefined,
): string[] {
  const judged: Lane = profile === 'client' || profile === 'application' ? profile : 'service'
  const steps = readSteps((events ?? []) as TimelineEvent[], judged)
  const at = steps.findIndex(({ n }) => n === offender)
  const end = at < 0 ? steps.length : Math.min(steps.length, at + MOST_LINES / 4)
  const from = Math.max(0, end - MOST_LINES)
  return [
    ...(from > 0 ? [`... ${from} more`] : []),
    ...steps.slice(from, end).map((step) => renderStep(step, offender)),
    ...(end < steps.length ? [`... ${steps.length - end} more`] : []),
    ...(expected !== undefined && offender === undefined && steps.length > 0 ? [NEVER_CAME] : []),
  ]
}

function renderStep(
  { n, afterMs = 0, as, from, to, label }: Step,
  offender: number | undefined,
): string {
  const mark = n !== undefined && n === offender ? '>>' : '  '
  const way = from === to ? from : `${from} -> ${to}`
  return `${mark} ${(afterMs / 1000).toFixed(3).padStart(7)}  ${printable(`${as}: ${way}`, LINE)}  ${printable(label, LINE)}`
}

/** A block that nothing in it can end; the lines are printable. */
function renderLines(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1))
  return [
    '',
    `<details><summary>${title}</summary>`,
    '',
    `${fence}text`,
    ...lines,
    fence,
    '',
    '</details>',
  ]
}

/** Code on one line that nothing in it can end, and that means nothing to Markdown, HTML or a platform. */
function code(text: string): string {
  const line = printable(text, FIELD) || ' '
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = /^`|`$/.test(line) ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
}
