import { describe, expect, test } from 'vitest'
import {
  countsReached,
  gapless,
  identical,
  idsApart,
  welcomedAfter,
  welcomedBefore,
} from '../../src/judges/broadcast.ts'
import { constantEpoch, split } from '../../src/judges/connection-takeover.ts'
import type { Judge } from '../../src/judges/finding.ts'
import {
  arrived,
  continuesWelcome,
  delivered,
  inOrder,
  limitedRate,
  refusedOrReplaced,
} from '../../src/judges/message.ts'
import { firstDelivered, undisturbed } from '../../src/judges/neighbour.ts'
import { BROADCASTS } from '../../src/judges/stream.ts'
import { answer, close, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { limits: { broadcasts_per_second: 2 } })).verdict
const post = (as: string, seq: number, receipt: object = {}, data = `text ${seq}`): Planned[] => [
  request(as, '/v1/broadcasts', { data }),
  answer(as, 200, { id: `b${seq}`, seq, epoch: 9, connections: 1, ...receipt }),
]
const message = (as: string, id: string): Planned[] => [
  request(as, '/v1/messages', { client_id: 'c', data: 'x' }),
  answer(as, 200, { id, seq: 1, epoch: 7, connections: 0 }),
]
const broadcast = (as: string, seq: number, members: object = {}): Planned =>
  envelope(as, { type: 'broadcast', id: `b${seq}`, seq, data: `text ${seq}`, ...members })
const welcome = (as: string, seq?: number): Planned =>
  envelope(as, {
    type: 'welcome',
    seq: 5,
    epoch: 7,
    ...(seq === undefined ? {} : { broadcast_seq: seq, broadcast_epoch: 9 }),
  })

describe('a count', () => {
  const before = post('before', 1, { connections: 3 })
  const judge = countsReached('p', 'before', [['a', 'a again'], ['b']])

  test('is that of the clients that were reached and of those who were there before', () => {
    const arrivals = [broadcast('a', 2), broadcast('b', 2)]
    expect(verdict(judge, ...before, ...post('p', 2, { connections: 5 }), ...arrivals)).toBe('pass')
    expect(verdict(judge, ...before, ...post('p', 2, { connections: 3 }))).toBe('pass')
    expect(verdict(judge, ...before, ...post('p', 2, { connections: 4 }), ...arrivals)).toBe('fail')
    expect(verdict(judge, ...before, ...post('p', 2, { connections: 5 }))).toBe('fail')
  })
  test('has a client once, however many connections it had', () => {
    const arrivals = [broadcast('a', 2), broadcast('a again', 2)]
    expect(verdict(judge, ...before, ...post('p', 2, { connections: 4 }), ...arrivals)).toBe('pass')
  })
  test('goes by the data where the receipt has no seq', () => {
    const events = [...post('p', 2, { connections: 4, seq: undefined }), broadcast('a', 2)]
    expect(verdict(judge, ...before, ...events)).toBe('pass')
  })
  test('says nothing where nothing was accepted', () => {
    expect(verdict(judge, ...before)).toBe('inconclusive')
    const refused = [request('p', '/v1/broadcasts', { data: 'x' }), answer('p', 429, {})]
    expect(verdict(judge, ...before, ...refused)).toBe('inconclusive')
  })
})

test.each([
  [[broadcast('a', 1), broadcast('b', 1)], 'pass'],
  [[broadcast('a', 1), broadcast('b', 1, { to: 'b' })], 'fail'],
  [[broadcast('a', 1)], 'inconclusive'],
  [[], 'inconclusive'],
])('frames are compared: %#', (arrivals, expected) => {
  expect(verdict(identical(['a', 'b'], 'p'), ...post('p', 1), ...arrivals)).toBe(expected)
})

test('a welcome has the counters of the newest broadcast, or those from which the next counts up', () => {
  const posts = [...post('p', 4), ...post('p', 5)]
  expect(verdict(welcomedAfter('a', 'p'), ...posts, welcome('a', 5))).toBe('pass')
  expect(verdict(welcomedAfter('a', 'p'), ...posts, welcome('a', 4))).toBe('fail')
  expect(verdict(welcomedAfter('a', 'p'), ...posts, welcome('a'))).toBe('fail')
  expect(verdict(welcomedBefore('a', 'p'), welcome('a', 3), ...posts)).toBe('pass')
  expect(verdict(welcomedBefore('a', 'p'), welcome('a', 4), ...posts)).toBe('fail')
  expect(verdict(welcomedBefore('a', 'p'), ...posts)).toBe('inconclusive')
  const other = post('p', 5, { epoch: 8 })
  expect(verdict(welcomedAfter('a', 'p'), ...other, welcome('a', 5))).toBe('fail')
  const textual = post('p', 5, { epoch: '9' })
  expect(verdict(welcomedAfter('a', 'p'), ...textual, welcome('a', 5))).toBe('inconclusive')
})

test.each([
  [[welcome('a', 1), broadcast('a', 2), broadcast('a', 3)], 'pass'],
  [[welcome('a', 1), broadcast('a', 3)], 'fail'],
  [[welcome('a', 1), broadcast('a', 2)], 'fail'],
  [[welcome('a', 1), broadcast('a', 2), broadcast('a', 2), broadcast('a', 3)], 'fail'],
  [[broadcast('a', 2), welcome('a', 2), broadcast('a', 3)], 'fail'],
  [[welcome('a'), broadcast('a', 3)], 'inconclusive'],
  [[welcome('a', 1)], 'inconclusive'],
])('a connection has no gap: %#', (events, expected) => {
  expect(verdict(gapless('a', 'p'), ...events, ...post('p', 3))).toBe(expected)
})

test('ids of broadcasts are those of no other broadcast and of no message', () => {
  const judge = idsApart('p', 'm')
  const two = [...post('p', 1), ...post('p', 2)]
  expect(verdict(judge, ...message('m', 'm1'), ...two)).toBe('pass')
  expect(verdict(judge, ...message('m', 'b2'), ...two)).toBe('fail')
  expect(verdict(judge, ...message('m', 'm1'), ...post('p', 1), ...post('p', 1))).toBe('fail')
  expect(verdict(judge, ...two)).toBe('inconclusive')
})

describe('judges of messages judge broadcasts', () => {
  test('of delivery', () => {
    expect(verdict(delivered('a', 'p', BROADCASTS), ...post('p', 1), broadcast('a', 1))).toBe(
      'pass',
    )
    const asMessage = broadcast('a', 1, { type: 'message' })
    expect(verdict(delivered('a', 'p', BROADCASTS), ...post('p', 1), asMessage)).toBe('fail')
    expect(verdict(arrived('a', 'p', BROADCASTS), ...post('p', 1), asMessage)).toBe('fail')
    expect(verdict(firstDelivered('a', 'p', BROADCASTS), ...post('p', 1), asMessage)).toBe('fail')
    expect(verdict(undisturbed('a', 'p', BROADCASTS), ...post('p', 1), broadcast('a', 1))).toBe(
      'pass',
    )
    expect(verdict(undisturbed('a', 'p', BROADCASTS), ...post('p', 1), asMessage)).toBe('fail')
  })
  test('of order, by the numbers of their own stream', () => {
    const mixed = [broadcast('a', 1), broadcast('a', 1, { type: 'message' }), broadcast('a', 2)]
    expect(verdict(inOrder('a', BROADCASTS), ...mixed)).toBe('pass')
    expect(verdict(inOrder('a', BROADCASTS), broadcast('a', 2), broadcast('a', 1))).toBe('fail')
    expect(verdict(continuesWelcome('a', BROADCASTS), welcome('a', 1), broadcast('a', 2))).toBe(
      'pass',
    )
    expect(verdict(continuesWelcome('a', BROADCASTS), welcome('a', 5), broadcast('a', 7))).toBe(
      'fail',
    )
    expect(verdict(continuesWelcome('a', BROADCASTS), welcome('a'), broadcast('a', 6))).toBe(
      'inconclusive',
    )
  })
  test('of takeover and epoch', () => {
    const events = [...post('p', 1), broadcast('old', 1), welcome('new', 1), ...post('p', 2)]
    const judge = split('old', 'new', 'p', BROADCASTS)
    expect(verdict(judge, ...events, broadcast('new', 2))).toBe('pass')
    expect(verdict(judge, ...events, broadcast('new', 2), broadcast('old', 2))).toBe('fail')
    expect(verdict(judge, ...events)).toBe('fail')
    const epoch = constantEpoch('a', 'p', BROADCASTS)
    expect(verdict(epoch, welcome('a', 1), ...post('p', 2))).toBe('pass')
    const changed = post('p', 2, { epoch: 10 })
    expect(verdict(epoch, welcome('a', 1), ...changed)).toBe('fail')
    expect(verdict(epoch, welcome('a', 1), close('a', 4202), ...changed)).toBe('pass')
  })
  test('of data and rate', () => {
    const surrogates = refusedOrReplaced('a', 'p', BROADCASTS)
    const posted = post('p', 1, {}, 'x\ud83d')
    expect(verdict(surrogates, ...posted, broadcast('a', 1, { data: 'x\ufffd' }))).toBe('pass')
    expect(verdict(surrogates, ...posted, broadcast('a', 1, { data: 'x' }))).toBe('fail')
    const many = Array.from({ length: 9 }, () => answer('p', 200, { id: 'b', seq: 1 }))
    expect(verdict(limitedRate('p', 'broadcasts_per_second'), ...many)).toBe('fail')
  })
})
