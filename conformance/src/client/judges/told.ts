/** Judges what a page is told: the end and how often, messages and in which order. */

import { fail, type Judge, PASS, show } from '../../judges/finding.ts'
import { attemptsOf, givenOf, toldOf } from './reading.ts'

/** The end is told once, with this code, at most one error before it and nothing after it. */
export function toldOfEnd(role: string, code: number): Judge {
  return (timeline) => {
    const told = toldOf(timeline, role)
    const [end, second] = told.filter(({ what }) => what === 'close')
    const offender = attemptsOf(timeline, role).at(-1)?.end
    if (!end) return fail(`${role}: the page is told of the end`, 'it was not', offender)
    if (second) return fail(`${role}: the page is told of the end once`, 'twice', second)
    if (end.members.code !== code)
      return fail(`${role}: the end with the code ${code}`, show(end.members), end)
    const errors = told.filter(({ what }) => what === 'error')
    if (errors.length > 1) return fail(`${role}: at most one error`, `${errors.length}`, errors[1])
    const late = told.find(({ n }) => n > end.n)
    return late ? fail(`${role}: nothing after the end`, late.what, late) : PASS
  }
}

/** The page is given exactly this, in this order. */
export function given(role: string, expected: readonly unknown[], what = 'message'): Judge {
  return (timeline) => {
    const got = givenOf(timeline, role, what)
    const at = Array.from({ length: Math.max(got.length, expected.length) }).findIndex(
      (_, index) => got[index] !== expected[index],
    )
    if (at < 0) return PASS
    return fail(
      `${role}: the page is given ${what} ${at + 1} as ${at < expected.length ? show(expected[at]) : 'nothing'}, ${expected.length} in all`,
      at < got.length ? show(got[at]) : 'nothing more',
      toldOf(timeline, role, what)[at] ?? attemptsOf(timeline, role)[0]?.event,
    )
  }
}

/** The page is given nothing twice. */
export function givenOnce(role: string, what = 'message'): Judge {
  return (timeline) => {
    const told = toldOf(timeline, role, what)
    const again = told.find(({ members }, index) =>
      told.slice(0, index).some((earlier) => earlier.members.data === members.data),
    )
    return again
      ? fail(`${role}: every ${what} once`, `${show(again.members.data)} twice`, again)
      : PASS
  }
}

/** Of these kinds of things the page is told at most so many of each. */
export function toldAtMost(role: string, most: number, ...kinds: readonly string[]): Judge {
  return (timeline) => {
    for (const kind of kinds) {
      const extra = toldOf(timeline, role, kind)[most]
      if (extra)
        return fail(
          `${role}: the page is told ${kind} ${most === 0 ? 'never' : 'once'}`,
          show(extra.members),
          extra,
        )
    }
    return PASS
  }
}
