/** Makes the golden transcript of one stimulus: few lines to read, and the shapes of everything that happened to compare by. */

import { createHash } from 'node:crypto'
import type { Transcript } from '../../src/report/golden.ts'
import { printable } from '../../src/report/printable.ts'
import type { TimelineEvent } from '../../src/timeline/event.ts'
import { readObject } from '../../src/timeline/timeline.ts'
import { condense } from './condense.ts'
import { type Line, lineOf, type Side } from './lines.ts'
import { makeStandIns } from './stand-ins.ts'

/** What was seen of one stimulus. */
export interface Recording extends Side {
  readonly checks: readonly string[]
  /** The requirements that these checks judge. */
  readonly proves: readonly string[]
  readonly events: readonly TimelineEvent[]
  /** What values are called that were made up before the stimulus. */
  readonly known: ReadonlyMap<string, string>
}

/** Longest transcript and, where it has many lines, longest line, in UTF-16 code units. */
const LENGTH = 900
const WIDTH = 90
const MOST_WIDTH = 700

/** Subjects of requirements for which the signs of life, or a set-up, are what it is about. */
const ABOUT_SIGNS = /heartbeat|ping|silen|liveness/
const ABOUT_SET_UP = /welcome|mint|resume\.|cursor|epoch|token\.request|token\.answer/

/** The answer with a token and the first envelope, of which other checks show the beginning. */
const SET_UP = /^201 \{.*token|^(?:frame|event) welcome|^200 text$/
const SET_UP_WIDTH = 40

/** The transcript of a recording. */
export function makeTranscript(recording: Recording): Transcript {
  const { checks, proves, events, known } = recording
  const subjects = proves.join(' ')
  const wantsSigns = ABOUT_SIGNS.test(subjects)
  const own = events.filter((event) => !isForeign(event, events))
  const linesOf = (withSigns: boolean): Line[] =>
    own.flatMap((event) => lineOf(event, recording, withSigns) ?? [])
  const standIns = makeStandIns(events, known)
  const keepsSetUp = ABOUT_SET_UP.test(subjects)
  const isSetUp = (shape: string): boolean => !keepsSetUp && SET_UP.test(shape)
  const shown = condense(linesOf(wantsSigns), keepsSetUp)
  const width = Math.min(MOST_WIDTH, Math.max(WIDTH, Math.floor(LENGTH / shown.length)))
  const write = ({ role, speaker, text, shape, remark }: Line): string => {
    const said = printable(standIns.hide(text), isSetUp(shape) ? SET_UP_WIDTH : width)
    return `${role}: ${speaker} ${said}${remark === undefined ? '' : ` (${remark})`}`
  }
  return {
    checks: [...checks].sort(),
    lines: standIns.name(shown.map(write)),
    roles: rolesOf(linesOf(false), standIns.blank),
  }
}

/** Whether it is a broadcast that another check of the same service posted. */
function isForeign(event: TimelineEvent, events: readonly TimelineEvent[]): boolean {
  if (event.kind !== 'frame' || readObject(event.text)?.type !== 'broadcast') return false
  return !events.some(
    (other) =>
      (other.kind === 'request' && other.url.includes('/v1/broadcasts')) ||
      (other.kind === 'sent' && /broadcast|requests at once/.test(other.what)) ||
      other.kind === 'attempt',
  )
}

/**
 * For each role which shapes it saw, in the order of the alphabet: how many and when depends on how fast the rest was.
 * Roles that saw the same stand together.
 */
function rolesOf(lines: readonly Line[], blank: (text: string) => string): string[] {
  const families = Map.groupBy(new Set(lines.map(({ role }) => role)), familyOf)
  const nameOf = (role: string): string => {
    const family = familyOf(role)
    return (families.get(family)?.length ?? 0) > MOST_NUMBERED ? family : role
  }
  const rows = [...Map.groupBy(lines, ({ role }) => nameOf(role))].map(([role, own]) => {
    const shapes = new Set(own.map(({ shape }) => abbreviate(blank(shape))))
    return [role, foldOpening([...shapes].sort()).join(', ')] as const
  })
  const alike = Map.groupBy(rows, ([, row]) => row)
  return [...alike]
    .map(([row, same]) => {
      const names = same.map(([role]) => role).sort()
      return `${names.join(', ')}: ${row}`
    })
    .sort()
}

/** More roles than these that only a number tells apart are told as one. */
const MOST_NUMBERED = 8

function familyOf(role: string): string {
  return role.replace(/\d+/g, 'N')
}

/** A shape with a digest for the members that it has, so that another member makes another text and the text stays short. */
function abbreviate(shape: string): string {
  return shape.replace(/ ?(\{.*\})$/, (_, members: string) => `#${digest(members)}`)
}

/** What half of all roles begin with, as one shape: an ordinary client's way to its welcome. */
function foldOpening(shapes: readonly string[]): string[] {
  const opening = shapes.filter((shape) => OPENING.some((pattern) => pattern.test(shape)))
  if (opening.length < OPENING.length) return [...shapes]
  return [`opens#${digest(opening.join())}`, ...shapes.filter((shape) => !opening.includes(shape))]
}

const OPENING = [
  /^POST \/v1\/tokens$/,
  /^201#/,
  /^upgrade \/v1\/connect$/,
  /^101/,
  /^frame welcome#/,
]

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 4)
}
