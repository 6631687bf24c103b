import { describe, expect, test } from 'vitest'
import { given, givenOnce, toldAtMost, toldOfEnd } from '../../../src/client/judges/told.ts'
import type { Judge } from '../../../src/judges/finding.ts'
import { type Planned, timelineOf } from '../../timeline-builder.ts'
import { told } from '../client-timeline.ts'

const says = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const code = 4003
const error = told('a', 'error', { code })
const close = told('a', 'close', { code })

describe('the end', () => {
  const judge = toldOfEnd('a', code)

  test('is told once, with its code, after at most one error', () => {
    expect(says(judge, close)).toBe('pass')
    expect(says(judge, told('a', 'open'), error, close)).toBe('pass')
    expect(says(judge)).toBe('fail')
    expect(says(judge, error)).toBe('fail')
    expect(says(judge, close, close)).toBe('fail')
    expect(says(judge, error, error, close)).toBe('fail')
    expect(says(judge, told('a', 'close', { code: 1006 }))).toBe('fail')
    expect(says(judge, told('a', 'close'))).toBe('fail')
  })

  test('has nothing after it', () => {
    expect(says(judge, close, error)).toBe('fail')
    expect(says(judge, close, told('a', 'message', { data: 'x' }))).toBe('fail')
    expect(says(judge, close, told('b', 'message', { data: 'x' }))).toBe('pass')
  })
})

describe('what is given', () => {
  const message = (data: string): Planned => told('a', 'message', { data })

  test('is all, unchanged, in order and nothing else', () => {
    const judge = given('a', ['1', '2'])
    expect(says(judge, message('1'), told('a', 'broadcast', { data: 'b' }), message('2'))).toBe(
      'pass',
    )
    expect(says(judge, message('1'))).toBe('fail')
    expect(says(judge, message('2'), message('1'))).toBe('fail')
    expect(says(judge, message('1'), message('2 '))).toBe('fail')
    expect(says(judge, message('1'), message('2'), message('2'))).toBe('fail')
  })

  test('is never given twice', () => {
    expect(says(givenOnce('a'), message('1'), message('2'))).toBe('pass')
    expect(says(givenOnce('a'), message('1'), message('2'), message('1'))).toBe('fail')
    expect(says(givenOnce('a', 'broadcast'), message('1'), message('1'))).toBe('pass')
  })

  test('is counted by kind', () => {
    expect(says(toldAtMost('a', 1, 'open'), told('a', 'open'))).toBe('pass')
    expect(says(toldAtMost('a', 1, 'open'), told('a', 'open'), told('a', 'open'))).toBe('fail')
    expect(says(toldAtMost('a', 0, 'close', 'error'), error)).toBe('fail')
  })
})
