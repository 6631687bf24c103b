/** What happened and what a conforming server did, beside each other where a terminal is wide enough, below where not. */

import type { Timeline } from '../timeline/timeline.ts'
import { printable } from './printable.ts'
import { NEVER_CAME, renderTranscript } from './transcript.ts'

/** How evidence is marked. */
export interface EvidenceStyle {
  readonly mark: (text: string) => string
  readonly weak: (text: string) => string
  /** Of the terminal; undefined where lines may be as long as they are. */
  readonly columns?: number
  /** Whether something was expected; where nothing offends it has never come. */
  readonly isMissed?: boolean
}

/** Narrowest terminal on which two transcripts stand beside each other, in columns. */
const WIDE = 160

/** Longest line where nobody says how long lines may be. */
const WIDTH = 150

/** What stands before every line of evidence. */
const INDENT = 4

const SEEN = 'what happened'
const CONFORMING = 'what a conforming server did'

/** The lines of the evidence of one deviation, without indentation. */
export function renderEvidence(
  timeline: Timeline | undefined,
  offender: number | undefined,
  golden: readonly string[] | undefined,
  style: EvidenceStyle,
): string[] {
  const { columns } = style
  const isWide = columns !== undefined && columns >= WIDE && timeline && golden
  const room = columns === undefined ? WIDTH : Math.max(60, columns - INDENT)
  const width = isWide ? Math.floor((room - 3) / 2) : room
  const seen = timeline ? renderTranscript(timeline, offender, 12, width) : []
  if (style.isMissed && offender === undefined && seen.length > 0) seen.push(NEVER_CAME)
  const conforming = renderGolden(golden ?? [], width)
  const paint = (line: string): string =>
    line.startsWith(' >>') ? style.mark(line) : style.weak(line)
  if (isWide) {
    const rows = Math.max(seen.length, conforming.length)
    return [
      style.weak(`${SEEN.padEnd(width)} | ${CONFORMING}`),
      ...Array.from({ length: rows }, (_, row) => {
        const left = (seen[row] ?? '').padEnd(width)
        return `${paint(left)} ${style.weak(`| ${conforming[row] ?? ''}`.trimEnd())}`
      }),
    ]
  }
  return [
    ...(seen.length > 0 ? [style.weak(SEEN), ...seen.map(paint)] : []),
    ...(conforming.length > 0 ? [style.weak(CONFORMING), ...conforming.map(style.weak)] : []),
  ]
}

/** The lines of a conforming transcript in columns: role, speaker, and what was said. */
export function renderGolden(golden: readonly string[], width: number): string[] {
  const rows = golden.map((line) => /^(.*?): (\S+) (.*)$/.exec(line)?.slice(1))
  const widest = (column: 0 | 1): number =>
    Math.max(...rows.map((row) => (row?.[column] ?? '').length), 0)
  const role = Math.min(widest(0), 18)
  return rows.map((row, index) => {
    if (!row) return `   ${golden[index]}`
    const [as = '', speaker = '', text = ''] = row
    const who = `   ${as.slice(0, role).padEnd(role)} ${speaker.padEnd(widest(1))} `
    return `${who}${printable(text, Math.max(20, width - who.length))}`
  })
}
