/** What the guide says of a step, in lines of a width that every terminal has. */

import { goldenOf } from '../report/golden.ts'
import { renderGolden } from '../report/side-by-side.ts'
import { announcementOf, leastDiscovery } from './announcement.ts'
import type { Step } from './step.ts'
import { STEPS } from './steps.ts'

/** Columns of the guide's own text. */
const WIDTH = 96

/** The text in lines of at most {@link WIDTH} columns, each after `indent`, those after the first after `hanging`. */
export function wrap(text: string, indent: string, hanging = indent): string[] {
  const lines: string[] = []
  let line = indent
  for (const piece of text.split(/(?<= )(?!\d+>)/).flatMap(splitLong)) {
    const isFull = line.length + piece.trimEnd().length > WIDTH
    if (isFull && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = hanging
    }
    line += piece
  }
  return [...lines, line.trimEnd()]
}

/** JSON has no spaces: a long word goes on after one of its commas, or anywhere. */
function splitLong(word: string): string[] {
  return word.length <= WIDTH / 2 ? [word] : (word.match(/[^,]{1,60}(?:,| ?$)|.{1,60}/g) ?? [word])
}

/** What a step is about; where it begins a profile, also what discovery says from then on. */
export function renderTask(step: Step): string[] {
  const begins = STEPS.find(({ profile }) => profile === step.profile) === step
  return [
    '  What to build',
    ...wrap(step.build, '    '),
    ...(begins ? ['', ...renderAnnouncement(step.profile)] : []),
  ]
}

function renderAnnouncement(profile: string): string[] {
  if (profile !== 'core') return ['  In discovery', ...wrap(announcementOf(profile), '    ')]
  const least = JSON.stringify(leastDiscovery(['core']), undefined, 2).split('\n')
  return ['  The least that a server of core alone says', ...least.map((line) => `    ${line}`)]
}

/** What a conforming server did in a check, whole; nothing where nothing was recorded. */
export function renderExample(check: string): string[] {
  const golden = goldenOf(check)
  if (!golden) return []
  const lines = renderGolden(golden, Number.POSITIVE_INFINITY)
  const hanging = ' '.repeat(8)
  return [
    '  What a conforming server does, <token 1> and the like being values of its own',
    ...lines.flatMap((line) => wrapLine(line, hanging)),
  ]
}

/** The columns of a line stay where they are; what is too long goes on beneath. */
function wrapLine(line: string, hanging: string): string[] {
  const head = /^ *(?:\S+ +){0,2}/.exec(line)?.[0] ?? ''
  return wrap(line.slice(head.length), ` ${head}`, hanging)
}
