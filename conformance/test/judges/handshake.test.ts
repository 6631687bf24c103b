import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import { limitedHandshakes, toldWhenToComeBack } from '../../src/judges/handshake.ts'
import { answer, close, type Planned, request, timelineOf } from '../timeline-builder.ts'

const URL = 'ws://127.0.0.1:1/v1/connect'
const LIMITS = { limits: { handshakes_per_second: 2 } }
const LIMITED = { status: 429, code: 'rate-limited' }
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, LIMITS)).verdict
const shakes = (count: number, atMs = 0): Planned[] =>
  Array.from({ length: count }, () => ({ ...request('flood', URL), atMs }))

describe('limitedHandshakes', () => {
  const judge = limitedHandshakes('flood', 'handshakes_per_second')

  test('passes on a 429 before the upgrade and on a 4102 after it', () => {
    expect(verdict(judge, ...shakes(3), answer('flood', 429, LIMITED))).toBe('pass')
    expect(verdict(judge, ...shakes(3), close('flood', 4102, 'rate-limited'))).toBe('pass')
    expect(verdict(judge, ...shakes(3), answer('flood', 200), answer('flood', 429, LIMITED))).toBe(
      'pass',
    )
  })

  test('fails where more than the rate were taken, or refused for anything else', () => {
    expect(verdict(judge, ...shakes(3))).toBe('fail')
    const ended = { ...close('flood', 4301, 'token-invalid'), atMs: 0 }
    expect(verdict(judge, ...shakes(3), ended)).toBe('fail')
    expect(verdict(judge, ...shakes(3), answer('flood', 500))).toBe('fail')
    const other = answer('flood', 429, { status: 429, code: 'over-capacity' })
    expect(verdict(judge, ...shakes(3), other)).toBe('fail')
  })

  test('says nothing where the rate was not exceeded, in all the time that it took', () => {
    expect(verdict(judge, ...shakes(2))).toBe('inconclusive')
    expect(verdict(judge, ...shakes(2), ...shakes(2, 1000))).toBe('inconclusive')
    expect(verdict(judge, ...shakes(3), ...shakes(2, 1000))).toBe('fail')
  })
})

test('toldWhenToComeBack wants Retry-After in whole seconds with every 429, and nothing of a close', () => {
  const judge = toldWhenToComeBack('flood')
  expect(verdict(judge, answer('flood', 429, LIMITED, { 'retry-after': '1' }))).toBe('pass')
  expect(verdict(judge, close('flood', 4102))).toBe('pass')
  expect(verdict(judge, answer('flood', 429, LIMITED, { 'retry-after': 'soon' }))).toBe('fail')
  expect(verdict(judge, answer('flood', 429, LIMITED))).toBe('fail')
})
