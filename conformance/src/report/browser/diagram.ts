/** Draws steps as a sequence diagram; it alone knows sizes and places. */

import { LANES, type Lane, type Step } from '../sequence.ts'
import { drawn, element } from './elements.ts'

/** What a diagram is drawn of. */
export interface Picture {
  readonly steps: readonly Step[]
  /** The `n` of the step that breaks the requirement. */
  readonly offender?: number | undefined
  /** Which lane is the target's. */
  readonly judged: Lane
  /** What the picture shows, for those who do not see it. */
  readonly name: string
}

const ROW = 38
const HEAD = 44
/** Room for the times, or a margin where there are none. */
const TIMES = 52
const MARGIN = 8
/** Of a monospaced letter at the size of labels. */
const LETTER = 6.65
/** A wait that is worth a line of its own. */
const WAIT_MS = 400
/** Steps drawn at first. */
const MOST = 40

/** The drawing, as wide as what holds it; long ones are drawn around the offender until asked for whole. */
export function drawDiagram(picture: Picture): HTMLElement {
  const holder = element('div', { class: 'diagram' })
  let isWhole = picture.steps.length <= MOST
  let width = 0
  const draw = (): void => {
    const steps = isWhole ? picture.steps : nearest(picture)
    holder.replaceChildren(drawSteps(steps, picture, width))
    if (isWhole) return
    const button = element(
      'button',
      { type: 'button' },
      `Draw all ${picture.steps.length} events, not only ${steps.length}`,
    )
    button.addEventListener('click', () => {
      isWhole = true
      draw()
    })
    holder.append(button)
  }
  new ResizeObserver(() => {
    const next = Math.max(280, Math.floor(holder.clientWidth))
    if (next === width || holder.clientWidth === 0) return
    width = next
    draw()
  }).observe(holder)
  return holder
}

function nearest({ steps, offender }: Picture): readonly Step[] {
  const at = steps.findIndex(({ n }) => n !== undefined && n === offender)
  const from = at < 0 ? 0 : Math.max(0, Math.min(at - (MOST * 3) / 4, steps.length - MOST))
  return steps.slice(from, from + MOST)
}

/** A step, or a wait between two. */
type Line = Step | { readonly waitMs: number }

function linesOf(steps: readonly Step[]): Line[] {
  return steps.flatMap((step, index): Line[] => {
    const waitMs = (step.afterMs ?? 0) - (steps[index - 1]?.afterMs ?? step.afterMs ?? 0)
    return waitMs >= WAIT_MS ? [{ waitMs }, step] : [step]
  })
}

function drawSteps(
  steps: readonly Step[],
  { offender, judged, name }: Picture,
  width: number,
): SVGSVGElement {
  const isTimed = steps.some(({ afterMs }) => afterMs !== undefined)
  const left = isTimed ? TIMES : MARGIN
  const lines = linesOf(steps)
  const height = HEAD + lines.length * ROW + MARGIN
  const lane = (width - left - MARGIN) / LANES.length
  const x = (one: Lane): number => left + lane * (LANES.indexOf(one) + 0.5)
  const svg = drawn('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': name,
  })
  for (const one of LANES) svg.append(drawLane(one, x(one), lane, height, one === judged))
  for (const [index, line] of lines.entries()) {
    const y = HEAD + index * ROW
    if ('waitMs' in line) svg.append(drawWait(line.waitMs, y, left, width))
    else
      svg.append(
        drawStep(line, {
          y,
          x,
          left,
          width,
          isOffender: line.n !== undefined && line.n === offender,
        }),
      )
  }
  return svg
}

function drawLane(
  name: Lane,
  x: number,
  room: number,
  height: number,
  isJudged: boolean,
): SVGGElement {
  const own = Math.min(room - 4, 112)
  return drawn(
    'g',
    { class: isJudged ? 'lane judged' : 'lane' },
    drawn('line', { x1: x, x2: x, y1: 30, y2: height }),
    drawn('rect', { x: x - own / 2, y: 4, width: own, height: 26, rx: 6 }),
    drawn('text', { x, y: 21, 'text-anchor': 'middle' }, name),
  )
}

function drawWait(waitMs: number, y: number, left: number, width: number): SVGGElement {
  return drawn(
    'g',
    { class: 'wait' },
    drawn('line', { x1: left, x2: width - MARGIN, y1: y + ROW / 2, y2: y + ROW / 2 }),
    drawn('text', { x: MARGIN, y: y + ROW / 2 + 4 }, `+${seconds(waitMs)} s`),
  )
}

interface Place {
  readonly y: number
  readonly x: (lane: Lane) => number
  readonly left: number
  readonly width: number
  readonly isOffender: boolean
}

function drawStep(step: Step, { y, x, left, width, isOffender }: Place): SVGGElement {
  const isRemark = step.from === step.to
  const line = y + 26
  const [start, end] = [x(step.from), x(step.to)]
  const group = drawn('g', {
    class: `step${isOffender ? ' offender' : ''}${isRemark ? ' remark' : ''}`,
  })
  group.append(drawn('title', {}, `${step.as ? `${step.as}: ` : ''}${step.full}`))
  if (isOffender) {
    group.append(
      drawn('rect', { class: 'mark', x: 1, y: y + 1, width: width - 2, height: ROW - 2, rx: 6 }),
    )
  }
  if (step.afterMs !== undefined)
    group.append(drawn('text', { class: 'time', x: MARGIN, y: y + 15 }, seconds(step.afterMs)))
  if (isOffender) group.append(drawn('text', { class: 'cross', x: MARGIN, y: line + 4 }, '✗ here'))
  if (isRemark) {
    group.append(drawn('circle', { cx: start, cy: line, r: 3 }))
  } else {
    const turn = end > start ? -1 : 1
    group.append(
      drawn('line', { x1: start, x2: end + turn * 7, y1: line, y2: line }),
      drawn('path', { d: `M${end} ${line} l${turn * 8} -4 v8 z` }),
    )
  }
  group.append(drawLabel(step, { y: y + 15, from: Math.min(start, end), left, width }))
  return group
}

/** Begins with its arrow where there is room, further left where there is not, and ends with the picture. */
function drawLabel(
  { as, label }: Step,
  { y, from, left, width }: { y: number; from: number; left: number; width: number },
): SVGTextElement {
  const role = as ? `${as} ` : ''
  const text = `${role}${label.replace(/\s+/g, ' ').trim()}`
  const most = Math.floor((width - left - MARGIN) / LETTER)
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text
  const begin = Math.max(left, Math.min(from + 4, width - MARGIN - shown.length * LETTER))
  return drawn(
    'text',
    { class: 'label', x: begin, y },
    drawn('tspan', { class: 'role' }, shown.slice(0, role.length)),
    shown.slice(role.length),
  )
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 100_000 ? 3 : 0)
}
