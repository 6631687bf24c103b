/** Names for what is another in every run; it alone knows which texts of a timeline those are. */

import { CUT } from '../../src/timeline/cut.ts'
import type { TimelineEvent } from '../../src/timeline/event.ts'
import { readForm, readObject } from '../../src/timeline/timeline.ts'

/** Members whose values a service makes up, and what stands for them. */
const MADE_UP: Readonly<Record<string, string>> = {
  token: 'token',
  client_id: 'client',
  connection_id: 'connection',
  from: 'socket',
  id: 'id',
  cursor: 'cursor',
  broadcast_cursor: 'cursor',
  next_cursor: 'page',
}

/** Shorter values are words of a protocol or of a check, which every run repeats. */
const LEAST = 12

/** The texts of one timeline without what its run made up. */
export interface StandIns {
  /** The text with one private character for each made-up value, so that cutting it cuts none. */
  hide(text: string): string
  /** The text with `...` for each made-up value. */
  blank(text: string): string
  /** The lines with `<text 1>` and the like for those characters, numbered in the order in which they come. */
  name(lines: readonly string[]): string[]
}

/** Makes stand-ins for one timeline; `known` says what values are called that were made up before it began. */
export function makeStandIns(
  events: readonly TimelineEvent[],
  known: ReadonlyMap<string, string>,
): StandIns {
  const kinds = new Map(known)
  for (const event of events) {
    // Of two kinds always the same, whichever comes first.
    for (const [value, kind] of madeUpIn(event)) {
      if (value !== '' && kind > (kinds.get(value) ?? '')) kinds.set(value, kind)
    }
  }
  const longestFirst = [...kinds.keys()]
    .filter(Boolean)
    .sort((a, b) => b.length - a.length)
    .map(escapeForRegExp)
  const any = new RegExp([...longestFirst, ...SHAPES.map(({ source }) => source)].join('|'), 'g')
  const marks = new Map<string, string>()
  const markOf = (value: string): string => {
    const mark = marks.get(value) ?? String.fromCodePoint(FIRST_MARK + marks.size)
    marks.set(value, mark)
    return mark
  }
  const hide = (text: string): string =>
    shortenRuns(
      INSTANTS.reduce(
        (all, [pattern, name]) => all.replace(pattern, name),
        text.replace(any, markOf).replace(CUT_WORD, '...'),
      ),
    )
  return {
    hide,
    blank: (text) => hide(text).replace(MARKS, '...'),
    name(lines) {
      const values = new Map([...marks].map(([value, mark]) => [mark, value]))
      const names = new Map<string, string>()
      const counts = new Map<string, number>()
      const nameOf = (mark: string): string => {
        const value = values.get(mark) ?? ''
        const kind = kinds.get(value) ?? kindByShape(value)
        const name = names.get(mark)
        if (name !== undefined) return name
        const count = (counts.get(kind) ?? 0) + 1
        counts.set(kind, count)
        names.set(mark, `<${kind} ${count}>`)
        return `<${kind} ${count}>`
      }
      return lines.map((line) => line.replace(MARKS, nameOf))
    },
  }
}

/** What was cut, and the word before it, which may be the beginning of anything. */
const CUT_WORD = new RegExp(`[\\w.-]*${CUT}`, 'g')

/** The first of the characters that nobody else uses. */
const FIRST_MARK = 0xf0000
const MARKS = /[\u{f0000}-\u{ffffd}]/gu

/** What is recognised by how it looks. */
const SHAPES: readonly { readonly source: string; readonly kind: string }[] = [
  { source: 'text c[0-9a-f]{18}', kind: 'text' },
  { source: 'msg_[0-9a-f]{24}', kind: 'delivery' },
  { source: '(?<![0-9A-Za-z])c[0-9a-f]{18}', kind: 'client' },
  { source: '\\b(?:msg|cast)_[0-9a-z]{6,}_\\d+', kind: 'cursor' },
  {
    source:
      '\\b(?:[0-9a-z]+\\.)?(?=[\\w-]*\\d)(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{20,}(?:\\.[\\w-]{20,})*',
    kind: 'opaque',
  },
]

function kindByShape(value: string): string {
  return SHAPES.find(({ source }) => new RegExp(`^(?:${source})$`).test(value))?.kind ?? 'opaque'
}

const INSTANTS: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\b\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b1[5-9]\d{14}\b/g, '<epoch>'],
  [/\b1[5-9]\d{8}\b/g, '<time>'],
  [/(?<="(?:expires_in_seconds|after_seconds)":)[\d.]+/g, '<seconds>'],
  [/\b(https?|wss?):\/\/127\.0\.0\.1:\d+/g, '$1://<host>'],
  [/\b127\.0\.0\.1:\d+/g, '<host>'],
  [/\/i\/(?:[\u{f0000}-\u{ffffd}]|[0-9a-f]{12,})(?=\/)/gu, ''],
]

function* madeUpIn(event: TimelineEvent): Generator<readonly [string, string]> {
  if (event.kind === 'webhook') {
    yield [event.headers['webhook-id'] ?? '', 'delivery']
    yield* pairsIn(readForm(event.body))
    return
  }
  const text =
    event.kind === 'answer' ? event.body : event.kind === 'frame' ? event.text : undefined
  if (text !== undefined) yield* pairsIn(readObject(text) ?? {})
  if (event.kind === 'answer') {
    const session = /^[^=]+=([^;]{12,})/.exec(event.headers['set-cookie'] ?? '')?.[1]
    if (session !== undefined) yield [session, 'session']
  }
}

function* pairsIn(value: unknown): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const kind = MADE_UP[name]
    if (typeof member !== 'string') yield* pairsIn(member)
    else if (name === 'url')
      yield [/(?<=\/v1\/socket\/)[^/]{12,}$/.exec(member)?.[0] ?? '', 'ticket']
    else if (
      kind !== undefined &&
      member.length >= LEAST &&
      !/^text |^.*c[0-9a-f]{18}/.test(member)
    )
      yield [member, kind]
  }
}

/** Runs of one character, which only their length tells apart. */
function shortenRuns(text: string): string {
  return text.replace(/(.)\1{15,}/gu, (run, character: string) => `${character}...(${run.length})`)
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
