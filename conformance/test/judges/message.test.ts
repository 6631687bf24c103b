import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  accepted,
  arrived,
  contiguous,
  continuesWelcome,
  countsConnections,
  dataOf,
  delivered,
  epochsGrow,
  growingEpochs,
  inOrder,
  limitedRate,
  onlyOwn,
  refusedAsTooLarge,
  refusedOrReplaced,
  uniqueIds,
  withinRate,
} from '../../src/judges/message.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { limits: { data_bytes: 100, messages_per_second: 2 } })).verdict
const asked = (as: string, data: unknown): Planned => request(as, '/v1/messages', { data })
const post = (as: string, data: unknown, receipt: object): Planned[] => [
  asked(as, data),
  answer(as, 200, { id: 'm', seq: 1, epoch: 7, connections: 1, ...receipt }),
]
const message = (as: string, members: object): Planned =>
  envelope(as, { type: 'message', id: 'm', seq: 1, data: 'x', ...members })
const welcome = (as: string, seq: number): Planned => envelope(as, { type: 'welcome', seq })

describe('posts', () => {
  test('are accepted with 200 and an object', () => {
    expect(verdict(accepted('p'), ...post('p', 'x', {}))).toBe('pass')
    expect(verdict(accepted('p'), asked('p', 'x'), answer('p', 429, {}))).toBe('fail')
    expect(verdict(accepted('p'), asked('p', 'x'))).toBe('fail')
    expect(verdict(accepted('p'))).toBe('inconclusive')
  })
  test('count the connections that were promised', () => {
    expect(verdict(countsConnections('p', 1), ...post('p', 'x', {}))).toBe('pass')
    expect(verdict(countsConnections('p', 0), ...post('p', 'x', {}))).toBe('fail')
  })
  test('have ids of their own', () => {
    const two = (id: string): Planned[] => [
      ...post('p', 'x', { id: 'm1' }),
      ...post('q', 'x', { id }),
    ]
    expect(verdict(uniqueIds('p', 'q'), ...two('m2'))).toBe('pass')
    expect(verdict(uniqueIds('p', 'q'), ...two('m1'))).toBe('fail')
    expect(verdict(uniqueIds('p'), ...post('p', 'x', {}))).toBe('inconclusive')
  })
  test('of new client ids have growing epochs', () => {
    const two = (epoch: unknown): Planned[] => [...post('p', 'x', {}), ...post('p', 'x', { epoch })]
    expect(verdict(growingEpochs('p'), ...two(8))).toBe('pass')
    expect(verdict(growingEpochs('p'), ...two(7))).toBe('fail')
    expect(verdict(growingEpochs('p'), ...two('8'))).toBe('inconclusive')
  })
  test.each([
    [{ seq: 2 }, 'pass'],
    [{ seq: 3 }, 'fail'],
    [{ seq: 1 }, 'fail'],
    [{ seq: 1, epoch: 8 }, 'pass'],
    [{ seq: undefined }, 'inconclusive'],
  ])('count up: after seq 1, %o is %s', (receipt, expected) => {
    const events = [...post('p', 'x', {}), ...post('p', 'x', receipt)]
    expect(verdict(contiguous(['p']), ...events)).toBe(expected)
  })
  test('that overlap may be numbered in either order', () => {
    const events = [...post('p', 'x', { seq: 2 }), ...post('p', 'x', { seq: 1 })]
    expect(verdict(contiguous(['p'], ['p']), ...events)).toBe('pass')
    expect(verdict(contiguous(['p']), ...events)).toBe('fail')
  })
})

describe('messages', () => {
  test.each([
    [{}, 'pass'],
    [{ data: 'y' }, 'fail'],
    [{ id: 'n' }, 'fail'],
    [{ seq: 2 }, 'fail'],
  ])('that arrive with %o: %s', (members, expected) => {
    const events = [...post('p', 'x', {}), message('c', members)]
    expect(verdict(delivered('c', 'p'), ...events)).toBe(expected)
  })
  test('that do not arrive fail, and posts that were refused say nothing', () => {
    expect(verdict(delivered('c', 'p'), ...post('p', 'x', {}))).toBe('fail')
    expect(verdict(delivered('c', 'p'), asked('p', 'x'), answer('p', 400))).toBe('inconclusive')
    expect(verdict(delivered('c', 'p'))).toBe('inconclusive')
  })
  test('arrive by their data', () => {
    expect(verdict(arrived('c', 'p'), ...post('p', 'x', {}), message('c', {}))).toBe('pass')
    expect(verdict(arrived('c', 'p'), ...post('p', 'x', {}))).toBe('fail')
    expect(verdict(arrived('c', 'p'))).toBe('fail')
    expect(dataOf('p')(timelineOf(post('p', 'x', {})))).toBe('x')
  })
  test('of another client id fail', () => {
    const own = [...post('p', 'x', {}), message('c', {})]
    expect(verdict(onlyOwn('c', 'p'), ...own)).toBe('pass')
    expect(verdict(onlyOwn('c', 'p'), ...own, message('c', { data: 'y' }))).toBe('fail')
    expect(verdict(onlyOwn('c', 'p'), ...post('p', 'x', {}))).toBe('inconclusive')
  })
  test.each([
    [2, 'pass'],
    [9, 'pass'],
    [1, 'fail'],
    [0, 'fail'],
  ])('come in order: after seq 1, %i is %s', (seq, expected) => {
    expect(verdict(inOrder('c'), message('c', {}), message('c', { seq }))).toBe(expected)
  })
  test('that are fewer than two have no order', () => {
    expect(verdict(inOrder('c'), message('c', {}))).toBe('inconclusive')
  })
  test('continue the numbers of the welcome', () => {
    expect(verdict(continuesWelcome('c'), welcome('c', 0), message('c', {}))).toBe('pass')
    expect(verdict(continuesWelcome('c'), welcome('c', 1), message('c', {}))).toBe('fail')
    expect(verdict(continuesWelcome('c'), welcome('c', 0))).toBe('inconclusive')
  })
})

describe('data', () => {
  const refusal = (status: number, members: object): Planned => answer('p', status, members)
  const tooLarge = { code: 'payload-too-large', max_bytes: 100 }
  test.each([
    [413, tooLarge, 'pass'],
    [413, { ...tooLarge, max_bytes: 99 }, 'fail'],
    [413, { code: 'payload-too-large' }, 'fail'],
    [400, tooLarge, 'fail'],
    [200, {}, 'fail'],
  ])('that is too large, answered with %i and %o: %s', (status, body, expected) => {
    expect(verdict(refusedAsTooLarge('p'), refusal(status, body))).toBe(expected)
  })
  test.each(['malformed-request', 'invalid-data'])(
    'with a lone surrogate may be refused as %s',
    (code) => {
      expect(
        verdict(refusedOrReplaced('c', 'p'), asked('p', '\ud83d'), refusal(400, { code })),
      ).toBe('pass')
    },
  )
  test.each([
    ['a\ufffd', 'pass'],
    ['a\ud83d', 'fail'],
    ['a', 'fail'],
  ])('with a lone surrogate may be delivered as %o: %s', (data, expected) => {
    const events = [...post('p', 'a\ud83d', {}), message('c', { data })]
    expect(verdict(refusedOrReplaced('c', 'p'), ...events)).toBe(expected)
  })
  test('with a lone surrogate may neither vanish nor be refused as something else', () => {
    const judge = refusedOrReplaced('c', 'p')
    expect(verdict(judge, ...post('p', '\ud83d', {}))).toBe('fail')
    expect(verdict(judge, asked('p', '\ud83d'), refusal(500, { code: 'internal-error' }))).toBe(
      'fail',
    )
  })
})

describe('the rate', () => {
  const taken = (atMs: number): Planned => ({ ...answer('p', 200, {}), atMs })
  const refused = (code: string, headers: Record<string, string>): Planned =>
    answer('p', 429, { code }, headers)
  test.each([
    ['rate-limited', { 'retry-after': '1' }, 'pass'],
    ['rate-limited', {}, 'fail'],
    ['over-capacity', { 'retry-after': '1' }, 'fail'],
  ])('refused as %s with %o: %s', (code, headers, expected) => {
    expect(verdict(limitedRate('p'), taken(0), refused(code, headers))).toBe(expected)
  })
  test('is exceeded without a refusal, or was not reached', () => {
    const fast = [0, 1, 2, 3, 4].map(taken)
    expect(verdict(limitedRate('p'), ...fast)).toBe('fail')
    expect(verdict(limitedRate('p'), ...[0, 1000, 2000].map(taken))).toBe('inconclusive')
  })
  test.each([
    ['receipts', [200, 200], 'pass'],
    ['one refusal for the rate', [200, 429], 'fail'],
    ['one refusal by a busy store', [200, 503], 'pass'],
    ['refusals by a store that is away', [503, 503], 'inconclusive'],
  ])('was kept to, and the answers are %s', (_what, statuses, expected) => {
    const answers = statuses.map((status) => answer('p', status, {}))
    expect(verdict(withinRate('p'), asked('p', 'x'), ...answers)).toBe(expected)
  })
})

test('epochs of answers to several roles grow', () => {
  const judge = epochsGrow('a', 'b')
  const told = (as: string, epoch: number): Planned => answer(as, 200, { epoch })
  expect(verdict(judge, told('a', 7), told('b', 8))).toBe('pass')
  expect(verdict(judge, told('a', 7), told('b', 7))).toBe('fail')
  expect(verdict(judge, told('a', 7), answer('b', 200, {}))).toBe('fail')
})
