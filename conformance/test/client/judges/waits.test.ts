import { describe, expect, test } from 'vitest'
import {
  backsOff,
  comesBackAtOnce,
  comesBackNotBefore,
  oneWaitsLonger,
  staysAway,
  waitsAtRandom,
} from '../../../src/client/judges/waits.ts'
import type { Judge } from '../../../src/judges/finding.ts'
import { type Planned, timelineOf } from '../../timeline-builder.ts'
import { attempt, ended, sent } from '../client-timeline.ts'

const says = (judge: Judge, events: readonly Planned[]): string => judge(timelineOf(events)).verdict

/** A channel whose attempts end at once with `ending`, and that waits so many seconds after each. */
function returns(role: string, waits: readonly number[], ending = 'Close 4100'): Planned[] {
  let atMs = 0
  return [...waits, undefined].flatMap((wait, index) => {
    const begin = atMs
    atMs += (wait ?? 0) * 1000
    return [
      attempt(role, index + 1, begin),
      ...(wait === undefined ? [] : [sent(role, index + 1, ending, begin)]),
    ]
  })
}

describe('backing off', () => {
  test('is a wait between 1 s and the bound', () => {
    expect(says(backsOff('a'), returns('a', [1]))).toBe('pass')
    expect(says(backsOff('a'), returns('a', [2.4]))).toBe('pass')
    expect(says(backsOff('a'), returns('a', [0.9]))).toBe('fail')
    expect(says(backsOff('a'), returns('a', [3.1]))).toBe('fail')
    expect(says(backsOff('a'), returns('a', []))).toBe('fail')
  })

  test('is counted from each ending, whatever made it', () => {
    expect(says(backsOff('a', 4, { place: 2 }), returns('a', [1, 3.5]))).toBe('pass')
    expect(says(backsOff('a', 4, { place: 2 }), returns('a', [1, 5.5]))).toBe('fail')
    for (const ending of ['the loss of the connection', 'a refusal with 503'])
      expect(says(backsOff('a'), returns('a', [1.5], ending))).toBe('pass')
    const own = [attempt('a', 1, 0), ended('a', 1, 1006, 5000), attempt('a', 2, 6500)]
    expect(says(backsOff('a'), own)).toBe('pass')
  })

  test('is counted from the first sign of the end', () => {
    const events = [
      attempt('a', 1, 0),
      sent('a', 1, 'Close 4100', 100),
      ended('a', 1, 4100, 900),
      attempt('a', 2, 1300),
    ]
    expect(says(backsOff('a'), events)).toBe('pass')
  })

  test('doubles its bound: one wait is longer than a bound that stands could be', () => {
    const judge = oneWaitsLonger(['a', 'b'], 4, 3, 4)
    const standing = [...returns('a', [1, 2, 2, 2]), ...returns('b', [1, 2, 2, 2])]
    expect(says(judge, standing)).toBe('fail')
    expect(says(judge, [...standing, ...returns('c', [1, 2, 2, 5])])).toBe('fail')
    expect(says(judge, [...returns('a', [1, 2, 2, 2]), ...returns('b', [1, 2, 4.1, 2])])).toBe(
      'pass',
    )
  })

  test('is random: the waits do not all lie at one place of their range', () => {
    const judge = waitsAtRandom(['a', 'b'], [2, 4, 8])
    const fixed = [2.05, 4.1, 8.2]
    expect(says(judge, [...returns('a', fixed), ...returns('b', fixed)])).toBe('fail')
    expect(says(judge, [...returns('a', fixed), ...returns('b', [1.2, 1.4, 6])])).toBe('pass')
    expect(says(judge, [...returns('a', []), ...returns('b', [])])).toBe('fail')
  })
})

describe('coming back at once', () => {
  const judge = comesBackAtOnce(['a', 'b'])

  test('is every wait below the limit and what it takes to connect, and one below the limit itself', () => {
    expect(says(judge, [...returns('a', [0.4]), ...returns('b', [1.3])])).toBe('pass')
    expect(says(judge, [...returns('a', [1.2]), ...returns('b', [1.3])])).toBe('fail')
    expect(says(judge, [...returns('a', [0.4]), ...returns('b', [2.1])])).toBe('fail')
    expect(says(judge, [...returns('a', [0.4]), ...returns('b', [])])).toBe('fail')
  })
})

describe('staying away', () => {
  test('is no further attempt', () => {
    expect(says(staysAway('a'), returns('a', []))).toBe('pass')
    expect(says(staysAway('a'), returns('a', [60]))).toBe('fail')
    expect(says(staysAway('a', 2), returns('a', [1]))).toBe('pass')
  })
})

describe('an announced time', () => {
  test('is a lower bound, also for an attempt that comes before the end', () => {
    expect(says(comesBackNotBefore('a', 2), returns('a', [2]))).toBe('pass')
    expect(says(comesBackNotBefore('a', 2), returns('a', [1.9]))).toBe('fail')
    const early = [attempt('a', 1, 0), attempt('a', 2, 100), sent('a', 1, 'Close 4200', 500)]
    expect(says(comesBackNotBefore('a', 2), early)).toBe('fail')
  })
})
