import { describe, expect, test } from 'vitest'
import {
  acceptedAsMany,
  acceptedBesideFirst,
  acceptedEach,
  answeredEach,
  arrivedInOrder,
  countedWithBatches,
  deliveredEach,
  numberedInOrder,
  oneEpochPerClient,
  placedAsAlone,
  receiptsApart,
  receiptsAsAlone,
} from '../../src/judges/batch.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

type Members = Readonly<Record<string, unknown>>

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const receipt = (seq: number, members: Members = {}): Members => ({
  id: `m${seq}`,
  seq,
  epoch: 7,
  connections: 0,
  ...members,
})
const PROBLEM = { status: 400, code: 'invalid-data' }
const alone = (...answers: readonly Members[]): Planned[] =>
  answers.flatMap((body) => [
    request('alone', '/v1/messages', { client_id: 'ann', data: 'x' }),
    answer('alone', typeof body.status === 'number' ? body.status : 200, body),
  ])
const batch = (messages: readonly unknown[], results: readonly unknown[]): Planned[] => [
  request('b', '/v1/batches', { messages }),
  answer('b', 200, { results }),
]
const toAnn = { client_id: 'ann', data: 'x' }
const toBob = { client_id: 'bob', data: 'y' }

describe('results', () => {
  test.each([
    [{ results: [{}, null] }, 'pass'],
    [{ results: [{}] }, 'fail'],
    [{ results: {} }, 'fail'],
    [{}, 'fail'],
  ])('to two messages as %j: %s', (body, expected) => {
    expect(verdict(answeredEach('b', 2), answer('b', 200, body))).toBe(expected)
  })
  test('come with 200', () => {
    expect(verdict(answeredEach('b', 0), answer('b', 207, { results: [] }))).toBe('fail')
    expect(verdict(answeredEach('b', 0))).toBe('fail')
  })
  test.each([
    [[receipt(2), PROBLEM], 'pass'],
    [[PROBLEM, receipt(2)], 'fail'],
    [[receipt(2, { epoch: 8 }), PROBLEM], 'fail'],
    [[receipt(2), null], 'pass'],
    [[receipt(2)], 'fail'],
  ])('beside a receipt and a problem alone as %j: %s', (results, expected) => {
    const events = [...alone(receipt(1), PROBLEM), ...batch([toAnn, toAnn], results)]
    expect(verdict(placedAsAlone('b', 'alone'), ...events)).toBe(expected)
  })
  test('stand where their messages stand', () => {
    const events = [...alone(PROBLEM), ...batch([toAnn, toAnn], [receipt(1), PROBLEM])]
    expect(verdict(placedAsAlone('b', 'alone', [1]), ...events)).toBe('pass')
    expect(verdict(placedAsAlone('b', 'alone', [0]), ...events)).toBe('fail')
    expect(verdict(placedAsAlone('b', 'alone'), ...batch([], []))).toBe('inconclusive')
  })
})

describe('receipts', () => {
  test.each([
    [receipt(2), 'pass'],
    [receipt(2, { connections: 1 }), 'fail'],
    [receipt(2, { epoch: 8 }), 'fail'],
    [receipt(2, { stored: true }), 'fail'],
    [receipt(1, { id: 'm2' }), 'fail'],
    [{ id: 'm2', seq: 2, epoch: 7 }, 'fail'],
    [PROBLEM, 'fail'],
  ])('beside one alone as %j: %s', (result, expected) => {
    const events = [...alone(receipt(1)), ...batch([toAnn], [result])]
    expect(verdict(receiptsAsAlone('b', 'alone'), ...events)).toBe(expected)
  })
  test.each([
    [[receipt(2), receipt(3)], 'pass'],
    [[receipt(2), PROBLEM, receipt(1, { id: 'm3', epoch: 8 })], 'pass'],
    [[receipt(2), receipt(3, { id: 'm2' })], 'fail'],
    [[receipt(2), receipt(2, { id: 'm3' })], 'fail'],
    [[receipt(1)], 'fail'],
    [[], 'inconclusive'],
  ])('behind one alone as %j have an id and a seq each: %s', (results, expected) => {
    const events = [...alone(receipt(1)), ...batch([], results)]
    expect(verdict(receiptsApart('alone', 'b'), ...events)).toBe(expected)
  })
  test('beside a refusal say nothing', () => {
    const events = [...alone(PROBLEM), ...batch([toAnn], [receipt(1)])]
    expect(verdict(receiptsAsAlone('b', 'alone'), ...events)).toBe('inconclusive')
  })
  test.each([
    [[receipt(1), receipt(1, { epoch: 8 })], 'pass'],
    [[receipt(1), receipt(2)], 'fail'],
    [[receipt(1), { id: 'm' }], 'fail'],
    [[PROBLEM, PROBLEM], 'inconclusive'],
  ])('to two client ids as %j: one epoch each: %s', (results, expected) => {
    expect(verdict(oneEpochPerClient('b'), ...batch([toAnn, toBob], results))).toBe(expected)
  })
  test.each([
    [[receipt(1), receipt(5), receipt(2)], 'pass'],
    [[receipt(2), receipt(5), receipt(1)], 'fail'],
    [[receipt(1), receipt(5), receipt(1)], 'fail'],
    [[receipt(1), receipt(5), PROBLEM], 'inconclusive'],
    [[], 'inconclusive'],
  ])('to ann, bob and ann as %j are in order: %s', (results, expected) => {
    expect(verdict(numberedInOrder('b'), ...batch([toAnn, toBob, toAnn], results))).toBe(expected)
  })
  test.each([
    [[receipt(3), receipt(2), receipt(9, { epoch: 8 })], 'pass'],
    [[receipt(2), receipt(4)], 'fail'],
    [[receipt(3)], 'fail'],
    [[], 'inconclusive'],
  ])('behind seq 1 as %j count up: %s', (results, expected) => {
    const events = [...alone(receipt(1)), ...batch([toAnn, toAnn, toBob], results)]
    expect(verdict(countedWithBatches('alone', 'b'), ...events)).toBe(expected)
  })
})

describe('messages', () => {
  const arrives = (members: Members): Planned =>
    envelope('c', { type: 'message', id: 'm1', seq: 1, data: 'x', ...members })
  const welcome = envelope('c', { type: 'welcome', client_id: 'ann' })

  test.each([
    [{}, 'pass'],
    [{ data: 'y' }, 'fail'],
    [{ id: 'm2' }, 'fail'],
    [{ seq: 2 }, 'fail'],
  ])('of a batch that arrive with %j: %s', (members, expected) => {
    const events = [welcome, ...batch([toBob, toAnn], [receipt(5), receipt(1)]), arrives(members)]
    expect(verdict(deliveredEach('c', 'b'), ...events)).toBe(expected)
  })
  test('that were refused, or are for others, need not arrive', () => {
    const refused = [welcome, ...batch([toAnn], [PROBLEM])]
    expect(verdict(deliveredEach('c', 'b'), ...refused)).toBe('inconclusive')
    const foreign = [welcome, ...batch([toBob], [receipt(1)])]
    expect(verdict(deliveredEach('c', 'b'), ...foreign)).toBe('inconclusive')
  })
  test.each([
    [2, 'pass'],
    [1, 'fail'],
    [0, 'fail'],
  ])('that arrive with seq 1 and then %i are in order: %s', (seq, expected) => {
    const messages = [toAnn, { client_id: 'ann', data: 'z' }]
    const events = [
      ...batch(messages, [receipt(1), receipt(2)]),
      arrives({ seq, data: 'z' }),
      arrives({}),
    ]
    expect(verdict(arrivedInOrder('c', 'b'), ...events)).toBe(expected)
  })
  test('that are one have no order', () => {
    const events = [...batch([toAnn], [receipt(1)]), arrives({})]
    expect(verdict(arrivedInOrder('c', 'b'), ...events)).toBe('inconclusive')
  })
})

describe('acceptance', () => {
  test('is of each message', () => {
    expect(verdict(acceptedEach('b'), ...batch([toAnn], [receipt(1)]))).toBe('pass')
    expect(verdict(acceptedEach('b'), ...batch([toAnn], [PROBLEM]))).toBe('fail')
    expect(verdict(acceptedEach('b'), ...batch([], []))).toBe('inconclusive')
    expect(verdict(acceptedEach('b'), answer('b', 400, PROBLEM))).toBe('fail')
  })
  test.each([
    [[PROBLEM, receipt(2), receipt(1, { epoch: 8 })], 'pass'],
    [[PROBLEM, receipt(2), PROBLEM], 'fail'],
    [[receipt(1), receipt(2), receipt(3)], 'fail'],
  ])('of one alone and one more, of %j: %s', (results, expected) => {
    const events = [...alone(receipt(1), PROBLEM), ...batch([toAnn, toAnn, toBob], results)]
    expect(verdict(acceptedAsMany('b', 'alone', 1), ...events)).toBe(expected)
  })
  test('of as many as alone says nothing where nothing was refused', () => {
    const events = [...alone(receipt(1)), ...batch([toAnn], [receipt(2)])]
    expect(verdict(acceptedAsMany('b', 'alone'), ...events)).toBe('inconclusive')
  })
  test.each([
    [[receipt(1), receipt(1, { epoch: 8 }), PROBLEM], 'pass'],
    [[receipt(1), PROBLEM, PROBLEM], 'fail'],
    [[receipt(1)], 'inconclusive'],
  ])('beside the client id of the first message, of %j: %s', (results, expected) => {
    const events = batch([toAnn, toBob, toAnn], results)
    expect(verdict(acceptedBesideFirst('b'), ...events)).toBe(expected)
  })
})
