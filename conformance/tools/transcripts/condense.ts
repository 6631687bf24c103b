/** Which lines of a timeline are worth a reader's time: repetitions and set-ups are told once, the rest is cut with a word. */

import type { Line } from './lines.ts'

/** Most lines of a transcript. */
export const MOST = 14

/** Most lines of one role where several share the transcript. */
const LEAST_OF_A_ROLE = 3

/** At most {@link MOST} lines, in the order in which they happened. What is left out of a role does not depend on what other roles did meanwhile. */
export function condense(lines: readonly Line[], keepsSetUp: boolean): Line[] {
  if (lines.length <= MOST) return [...lines]
  const roles = [...Map.groupBy(lines, ({ role }) => role).values()].map((own) =>
    foldRuns(keepsSetUp ? own : foldSetUp(own)),
  )
  const told = foldRoles(roles)
  const shown = told.length > 4 ? told.slice(0, 4) : told
  const most = Math.max(LEAST_OF_A_ROLE, Math.floor(MOST / shown.length))
  const total = shown.reduce((sum, own) => sum + own.length, 0)
  const kept = shown.flatMap((own) => (total <= MOST ? own : cut(own, most)))
  const chosen = kept.sort((a, b) => a.n - b.n)
  const left = told.length - shown.length
  const last = chosen.at(-1)
  if (left === 0 || !last) return chosen
  const { n, shape } = last
  return [
    ...chosen,
    { n, shape, role: '...', speaker: 'suite', text: `and ${left} roles of other kinds` },
  ]
}

/** An upgrade with a fresh token is told in one line, and so is what follows the welcome as a matter of course. */
function foldSetUp(lines: readonly Line[]): Line[] {
  const folded: Line[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as Line
    const opening = OPENING.every((shape, index) => shape.test(lines[at + index]?.shape ?? ''))
    const minting = MINTING.every((shape, index) => shape.test(lines[at + index]?.shape ?? ''))
    if (opening) {
      folded.push({ ...line, speaker: 'client', text: 'mints a token, connects, is welcomed' })
      at += OPENING.length - 1
    } else if (minting) {
      folded.push({ ...line, text: 'mints a token' })
      at += MINTING.length - 1
    } else folded.push(line)
  }
  return folded
}

const MINTING = [/^POST \/v1\/tokens/, /^201 /]
const OPENING = [...MINTING, /^upgrade \/v1\/connect/, /^101/, /^frame welcome/]

/** Lines of one shape in a row, or pairs of them, are the first and how many more there were. */
function foldRuns(lines: readonly Line[]): Line[] {
  const folded: Line[] = []
  for (let at = 0; at < lines.length; ) {
    const width = [1, 2, 4].find((size) => repeats(lines, at, size) > 2)
    if (width === undefined) {
      folded.push(lines[at] as Line)
      at += 1
      continue
    }
    const times = repeats(lines, at, width)
    const once = lines.slice(at, at + width)
    const what = width === 1 ? 'this' : `these ${width} lines`
    folded.push(...once.slice(0, -1), remark(once.at(-1) as Line, `${what} ${times} times`))
    at += width * times
  }
  return folded
}

/** How often the `size` lines at a place follow each other in the same shapes. */
function repeats(lines: readonly Line[], at: number, size: number): number {
  let times = 1
  const isSame = (index: number): boolean =>
    lines[at + index]?.shape === lines[at + times * size + index]?.shape
  while (
    at + (times + 1) * size <= lines.length &&
    Array.from({ length: size }, (_, i) => i).every(isSame)
  )
    times += 1
  return times
}

/** Roles that lived through the same are told by the first, which names the others. */
function foldRoles(roles: readonly (readonly Line[])[]): Line[][] {
  const alike = Map.groupBy(roles, (own) => own.map(({ shape }) => shape).join('\n'))
  return [...alike.values()].map(([first = [], ...others]) => {
    const last = first.at(-1)
    if (others.length === 0 || !last) return [...first]
    const names = others.map(([line]) => line?.role ?? '').sort()
    const some = names.slice(0, 3).join(', ')
    const rest = names.length > 3 ? ` and ${names.length - 3} more` : ''
    return [...first.slice(0, -1), remark(last, `the same for ${some}${rest}`)]
  })
}

function remark(line: Line, remark: string): Line {
  return { ...line, remark: line.remark === undefined ? remark : `${line.remark}; ${remark}` }
}

/** The first lines of a role and the last, which are mostly what it is about. */
function cut(lines: readonly Line[], most: number): Line[] {
  if (lines.length <= most) return [...lines]
  const first = lines[0] as Line
  const tail = lines.slice(lines.length - (most - 1))
  const gap = lines.length - 1 - tail.length
  return [remark(first, `and ${gap} more ${gap === 1 ? 'line' : 'lines'}`), ...tail]
}
