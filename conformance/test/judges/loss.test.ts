import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import { uncountedAtLast, welcomedToTheLimit } from '../../src/judges/loss.ts'
import { answer, close, envelope, type Planned, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { limits: { connections: 2 } })).verdict

describe('uncountedAtLast', () => {
  const judge = uncountedAtLast('post')
  const receipt = (connections: number): Planned => answer('post', 200, { seq: 1, connections })
  test('a loss that is known a moment later passes', () => {
    expect(verdict(judge, receipt(1), receipt(0))).toBe('pass')
  })
  test('a connection that is counted to the last fails', () => {
    expect(verdict(judge, receipt(1), receipt(1))).toBe('fail')
  })
  test('without a receipt nothing is said', () => {
    expect(verdict(judge, answer('post', 503))).toBe('inconclusive')
  })
})

describe('welcomedToTheLimit', () => {
  const judge = welcomedToTheLimit('after')
  const welcome = envelope('after', { type: 'welcome' })
  test('as many welcomes as the limit pass', () => {
    expect(verdict(judge, welcome, welcome)).toBe('pass')
  })
  test('one refusal too early fails', () => {
    expect(verdict(judge, welcome, close('after', 4100))).toBe('fail')
  })
})
