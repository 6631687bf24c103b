import { describe, expect, test } from 'vitest'
import { answeredClose, constantEpoch, split } from '../../src/judges/connection-takeover.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, close, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const welcome = (as: string, seq: number): Planned =>
  envelope(as, { type: 'welcome', seq, epoch: 7 })
const message = (as: string, seq: number): Planned => envelope(as, { type: 'message', seq })
const post = (seq: number, epoch = 7): Planned[] => [
  request('p', '/v1/messages', { data: 'x' }),
  answer('p', 200, { id: `m${seq}`, seq, epoch }),
]

describe('a takeover at seq 1', () => {
  const judge = split('old', 'new', 'p')
  const before = [...post(1), ...post(2), welcome('new', 1)]
  test('sends 1 to the older and 2 to the newer connection', () => {
    expect(verdict(judge, ...before, message('old', 1), message('new', 2))).toBe('pass')
  })
  test.each([
    ['1 to both', [message('old', 1), message('new', 1), message('new', 2)]],
    ['2 to both', [message('old', 1), message('old', 2), message('new', 2)]],
    ['1 to neither', [message('new', 2)]],
    ['2 to neither', [message('old', 1)]],
    ['1 twice', [message('old', 1), message('old', 1), message('new', 2)]],
  ])('that sends %s fails', (_what, messages) => {
    expect(verdict(judge, ...before, ...messages)).toBe('fail')
  })
  test('says nothing without a welcome, a seq, or a message on both sides', () => {
    expect(verdict(judge, ...post(1), message('old', 1))).toBe('inconclusive')
    expect(verdict(judge, welcome('new', 1), ...post(1), message('old', 1))).toBe('inconclusive')
    expect(verdict(judge, welcome('new', 1), request('p', '/v1/messages'))).toBe('inconclusive')
  })
})

describe('a Close of the client', () => {
  test.each([
    [1000, 1000, 'pass'],
    [undefined, 1005, 'pass'],
    [4999, 1000, 'fail'],
    [undefined, 1000, 'fail'],
    [1000, 1006, 'fail'],
  ])('with %s that is answered with %i: %s', (sent, code, expected) => {
    expect(verdict(answeredClose('c', sent), close('c', code))).toBe(expected)
  })
  test('that ends nothing fails', () => {
    expect(verdict(answeredClose('c', 1000))).toBe('fail')
  })
})

describe('the epoch of a connection', () => {
  const judge = constantEpoch('c', 'p')
  test('stays, or ends with the connection', () => {
    expect(verdict(judge, welcome('c', 0), ...post(1))).toBe('pass')
    expect(verdict(judge, welcome('c', 0), ...post(1, 8))).toBe('fail')
    expect(verdict(judge, welcome('c', 0), close('c', 4202), ...post(1, 8))).toBe('pass')
    expect(verdict(judge, welcome('c', 0), close('c', 1000), ...post(1, 8))).toBe('fail')
  })
  test('is unknown without a welcome or a receipt', () => {
    expect(verdict(judge, ...post(1))).toBe('inconclusive')
    expect(verdict(judge, welcome('c', 0))).toBe('inconclusive')
  })
})
