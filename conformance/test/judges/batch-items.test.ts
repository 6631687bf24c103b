import { describe, expect, test } from 'vitest'
import {
  limitedInBatches,
  pointersPlaced,
  problemsAsAlone,
  refusedAs,
  refusedAsTooLargeBatch,
  refusedOnlyAt,
  refusedSome,
  sharesRate,
} from '../../src/judges/batch-items.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, type Planned, request, timelineOf } from '../timeline-builder.ts'

type Members = Readonly<Record<string, unknown>>

const LIMITS = { limits: { messages_per_second: 2, batch_bytes: 1000 } }
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, LIMITS)).verdict
const RECEIPT = { id: 'm', seq: 1, epoch: 7, connections: 0 }
const PROBLEM = { type: 'a/invalid-data', status: 400, code: 'invalid-data', title: 'Bad' }
const LIMITED = { status: 429, code: 'rate-limited' }
const message = { client_id: 'ann', data: 'x' }
const alone = (status: number, body: Members): Planned[] => [
  request('alone', '/v1/messages', message),
  answer('alone', status, body),
]
const batch = (...results: readonly unknown[]): Planned[] => [
  request('b', '/v1/batches', { messages: results.map(() => message) }),
  answer('b', 200, { results }),
]

describe('the result of a message', () => {
  test.each([
    [{ ...PROBLEM, detail: 'another', errors: [] }, 'pass'],
    [{ ...PROBLEM, code: 'malformed-request' }, 'fail'],
    [{ ...PROBLEM, title: 'Worse' }, 'fail'],
    [{ ...PROBLEM, max_bytes: 1 }, 'fail'],
    [{ error: 'Bad' }, 'fail'],
    [null, 'fail'],
    [RECEIPT, 'fail'],
  ])('that was refused alone as %j: %s', (result, expected) => {
    const events = [...alone(400, PROBLEM), ...batch(result)]
    expect(verdict(problemsAsAlone('b', 'alone'), ...events)).toBe(expected)
  })
  test('that was accepted alone is not judged', () => {
    expect(verdict(problemsAsAlone('b', 'alone'), ...alone(200, RECEIPT), ...batch(PROBLEM))).toBe(
      'pass',
    )
    expect(verdict(problemsAsAlone('b', 'alone'), ...batch(PROBLEM))).toBe('inconclusive')
  })
  test.each([
    [[PROBLEM, RECEIPT], 'pass'],
    [[null, RECEIPT], 'pass'],
    [[RECEIPT, RECEIPT], 'fail'],
    [[PROBLEM, PROBLEM], 'fail'],
    [[], 'inconclusive'],
  ])('at place 0 alone is no receipt, of %j: %s', (results, expected) => {
    expect(verdict(refusedOnlyAt('b', [0]), ...batch(...results))).toBe(expected)
  })
  test.each([
    [[PROBLEM, RECEIPT], 'pass'],
    [[PROBLEM, { ...PROBLEM, code: 'malformed-request' }], 'fail'],
    [[{ ...PROBLEM, status: 413 }], 'fail'],
    [[null], 'fail'],
    [[RECEIPT], 'inconclusive'],
  ])('that is no receipt is a problem of one row, of %j: %s', (results, expected) => {
    expect(verdict(refusedAs('b', 'invalid-data'), ...batch(...results))).toBe(expected)
  })
  test('alone was refused once', () => {
    expect(verdict(refusedSome('alone'), ...alone(400, PROBLEM))).toBe('pass')
    expect(verdict(refusedSome('alone'), ...alone(200, RECEIPT))).toBe('inconclusive')
  })
})

describe('pointers', () => {
  const pointing = (pointer: unknown): Members => ({ ...PROBLEM, errors: [{ pointer }] })
  test.each([
    ['/messages/1', 'pass'],
    ['/messages/1/data', 'pass'],
    ['/messages/10/data', 'fail'],
    ['/messages/0/data', 'fail'],
    ['/data', 'fail'],
    [undefined, 'fail'],
  ])('in result 1 as %j: %s', (pointer, expected) => {
    expect(verdict(pointersPlaced('b'), ...batch(RECEIPT, pointing(pointer)))).toBe(expected)
  })
  test('need not be there, but something has to be refused', () => {
    expect(verdict(pointersPlaced('b'), ...batch(PROBLEM, { errors: [null] }))).toBe('fail')
    expect(verdict(pointersPlaced('b'), ...batch(PROBLEM))).toBe('pass')
    expect(verdict(pointersPlaced('b'), ...batch(RECEIPT))).toBe('inconclusive')
  })
})

describe('the rate', () => {
  test.each([
    [[RECEIPT, LIMITED], 'pass'],
    [[RECEIPT, { ...LIMITED, code: 'invalid-data' }], 'fail'],
    [[RECEIPT, null], 'fail'],
    [[RECEIPT, RECEIPT, RECEIPT, RECEIPT], 'fail'],
    [[RECEIPT, RECEIPT], 'inconclusive'],
  ])('of 2 a second with results %j: %s', (results, expected) => {
    expect(verdict(limitedInBatches('b'), ...batch(...results))).toBe(expected)
  })
  test('does not refuse a batch as a whole', () => {
    const refused = [...batch(RECEIPT), ...batch(RECEIPT).slice(0, 1), answer('b', 429, LIMITED)]
    expect(verdict(limitedInBatches('b'), ...refused)).toBe('fail')
  })
  const single = (atMs: number, status: number, body: Members): Planned => ({
    ...answer('s', status, body),
    atMs,
  })
  test.each([
    [[single(3, 200, RECEIPT), single(4, 429, LIMITED)], 'pass'],
    [[single(3, 400, PROBLEM)], 'fail'],
    [[single(3, 200, RECEIPT), single(4, 200, RECEIPT), single(5, 200, RECEIPT)], 'fail'],
    [[single(900, 200, RECEIPT), single(3000, 200, RECEIPT)], 'inconclusive'],
    [[], 'inconclusive'],
  ])('that batches exceeded counts for posts: case %#, %s', (posts, expected) => {
    expect(verdict(sharesRate('s', 'b'), ...batch(LIMITED), ...posts)).toBe(expected)
  })
})

test.each([
  [413, { code: 'payload-too-large', max_bytes: 1000 }, 'pass'],
  [413, { code: 'payload-too-large', max_bytes: 999 }, 'fail'],
  [413, { code: 'payload-too-large' }, 'fail'],
  [400, { code: 'payload-too-large', max_bytes: 1000 }, 'fail'],
  [200, { results: [] }, 'fail'],
])('a batch that is too large is refused with %i and %j: %s', (status, body, expected) => {
  expect(verdict(refusedAsTooLargeBatch('b'), answer('b', status, body))).toBe(expected)
})
