/** The lanes of the live view: it alone knows how an exchange is drawn, and how many stay. */
import { type Exchange, KINDS, LANES, type Lane } from '../kinds.ts'

const mostShown = 120
const svg = 'http://www.w3.org/2000/svg'

/** A list of exchanges, each an item in words with a drawn arrow. */
export interface Lanes {
  /** Adds exchanges at the end and drops the oldest beyond 120. */
  add(exchanges: readonly Exchange[]): void
  clear(): void
  /** How many are shown. */
  count(): number
}

/** The middle of a lane, in per cent of the width. */
function middleOf(lane: Lane): number {
  return ((LANES.indexOf(lane) * 2 + 1) * 100) / (LANES.length * 2)
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

function drawArrow(from: Lane, to: Lane): SVGElement {
  const drawing = document.createElementNS(svg, 'svg')
  drawing.setAttribute('class', 'arrow')
  drawing.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(svg, 'line')
  const places = { x1: middleOf(from), x2: middleOf(to), y1: 50, y2: 50 }
  for (const [name, value] of Object.entries(places)) line.setAttribute(name, `${value}%`)
  line.setAttribute('pathLength', '1')
  line.setAttribute('marker-end', 'url(#head)')
  drawing.append(line)
  return drawing
}

function writeTime(atMs: number): HTMLElement {
  const at = new Date(atMs)
  const time = make('time', '', at.toLocaleTimeString(undefined, { hour12: false }))
  time.dateTime = at.toISOString()
  return time
}

/** An id that breaks behind its dots where it is too long for a line. */
function breakAtDots(id: string): (Node | string)[] {
  const [first = '', ...parts] = id.split('.')
  return [first, ...parts.flatMap((part) => ['.', document.createElement('wbr'), part])]
}

function makeRow({ kind, atMs, who, note }: Exchange): HTMLLIElement {
  const { from, to, label, requirement } = KINDS[kind]
  const link = make('a', 'clause-link', ...breakAtDots(requirement))
  link.href = `/spec/${requirement.split('.', 1)[0]}#${requirement}`
  const words = make(
    'p',
    'words',
    writeTime(atMs),
    ' ',
    make('span', 'visually-hidden', `${from} to ${to}: `),
    make('strong', '', label),
    ...(who === undefined ? [] : [' ', make('code', '', who)]),
    ...(note === undefined ? [] : [' ', make('span', 'muted', note)]),
  )
  const row = make('li', 'exchange', words, drawArrow(from, to), make('p', 'clause', link))
  const span = [LANES.indexOf(from), LANES.indexOf(to)]
  row.dataset.between = String(Math.min(...span)) + String(Math.max(...span))
  return row
}

/** Makes the lanes in a list that scrolls in `scroller`; the newest stays in sight unless the person scrolled away. */
export function makeLanes(list: HTMLOListElement, scroller: HTMLElement): Lanes {
  return {
    add(exchanges) {
      const shown = exchanges.filter(({ kind }) => Object.hasOwn(KINDS, kind))
      const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40
      list.append(...shown.map(makeRow))
      while (list.childElementCount > mostShown) list.firstElementChild?.remove()
      if (isAtEnd) scroller.scrollTop = scroller.scrollHeight
    },
    clear: () => list.replaceChildren(),
    count: () => list.childElementCount,
  }
}
