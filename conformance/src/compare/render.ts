/** What a person sees of a comparison: the verdicts that differ, then the holes with what each target did. */

import type { Report } from '@channel-protocol/schemas/types'
import type { Ledger } from '../ledger.ts'
import { timelineOf } from '../replay.ts'
import type { Style } from '../report/console.ts'
import { printable } from '../report/printable.ts'
import { renderTranscript } from '../report/transcript.ts'
import { type Comparison, type Hole, sayingOf } from './compare.ts'

const WIDTH = 300
/** Lines of a transcript, and shapes of an act, that are shown of each target. */
const MOST_LINES = 8
const MOST_SHAPES = 3

/** The lines; the last one is the sum. */
export function renderComparison(
  comparison: Comparison,
  reports: readonly Report[],
  ledger: Ledger,
  style: Style,
): string[] {
  const { matrix, holes, compared, judgedByAll, unshared } = comparison
  const letters = reports.map((_, place) => String.fromCharCode(65 + place))
  const lines = reports.map(({ target: { name, implementation } }, place) => {
    const product = implementation ? ` (${implementation.name} ${implementation.version})` : ''
    return `${letters[place]}  ${printable(`${name}${product}`, WIDTH)}`
  })
  if (unshared.length > 0) lines.push('', ...renderUnshared(unshared, letters))
  if (matrix.length > 0) {
    lines.push('', style.strong('verdicts that differ'))
    const width = Math.max(...matrix.map(({ requirement }) => requirement.length))
    const cell = Math.max(...matrix.flatMap(({ verdicts }) => verdicts.map(({ length }) => length)))
    lines.push(`  ${''.padEnd(width)}  ${letters.map((letter) => letter.padEnd(cell)).join('  ')}`)
    for (const { requirement, verdicts } of matrix)
      lines.push(
        `  ${requirement.padEnd(width)}  ${verdicts.map((verdict) => verdict.padEnd(cell)).join('  ')}`.trimEnd(),
      )
  }
  if (holes.length > 0)
    lines.push(
      '',
      style.strong('all pass, and do not do the same: what the specification leaves open'),
    )
  for (const hole of holes) lines.push('', ...renderHole(hole, reports, letters, ledger, style))
  const unrecorded = reports.flatMap(({ run }, place) => (run.recorded ? [] : [letters[place]]))
  return [
    ...lines,
    '',
    ...(unrecorded.length > 0
      ? [
          `what was done is not compared: ${unrecorded.join(', ')} was not recorded; give run --record --report`,
        ]
      : []),
    `${judgedByAll} requirements judged of every target: ${count(matrix.length, 'verdict differs', 'verdicts differ')}; ${count(compared, 'check', 'checks')} passed everywhere: ${count(holes.length, 'difference', 'differences')} in what was done`,
  ]
}

/** Which profiles only some announce, those of the same targets together. */
function renderUnshared(
  unshared: Comparison['unshared'],
  letters: readonly (string | undefined)[],
): string[] {
  const byOffer = Map.groupBy(unshared, ({ offeredBy }) =>
    offeredBy.map((at) => letters[at]).join(' and '),
  )
  return [...byOffer].map(
    ([who, rows]) =>
      `only ${who}: ${printable(rows.map(({ profile }) => profile).join(', '), WIDTH)}; what belongs to these profiles is not compared`,
  )
}

function renderHole(
  hole: Hole,
  reports: readonly Report[],
  letters: readonly string[],
  ledger: Ledger,
  style: Style,
): string[] {
  const requirement = ledger.requirements.find(({ id }) => id === hole.requirement)
  const others =
    hole.also.length > 0 ? `, and in ${count(hole.also.length, 'other check', 'other checks')}` : ''
  const lines = [
    `  ${style.strong(`${hole.act} in ${hole.check}`)}${others}  ${style.weak(`spec/${requirement?.chapter}.md#${hole.requirement}`)}`,
  ]
  for (const [place, report] of reports.entries()) {
    const deeds = hole.deeds[place] ?? []
    const shapes = [
      ...new Set(
        deeds.map((deed) => (hole.act.endsWith(deed.outcome) ? deed.shape : sayingOf(deed))),
      ),
    ]
    const said = shapes.length === 0 ? ['nothing of its own'] : shapes.slice(0, MOST_SHAPES)
    for (const [at, shape] of said.entries())
      lines.push(`    ${at === 0 ? letters[place] : ' '}  ${printable(shape, WIDTH)}`)
    const result = report.results.find(({ check }) => check === hole.check)
    if (!result) continue
    const timeline = timelineOf(report, { ...result, stand_ins: [] })
    for (const line of renderTranscript(timeline, deeds[0]?.n, MOST_LINES))
      lines.push(`      ${style.weak(line)}`)
  }
  return lines
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
