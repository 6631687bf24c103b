import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  aboveOwnFloor,
  boundedBy,
  datedAsHappened,
  epochsFollow,
  floorAbove,
  heardBeforeRepeat,
  namedAlike,
  nothingCame,
  ownIds,
  sentAsSocketForm,
} from '../../src/judges/socket-webhooks.ts'
import { type Planned, sent, timelineOf, webhook, webhookAnswer } from '../timeline-builder.ts'

const advertised = { limits: { socket_concurrency: 2 } }
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, advertised)).verdict

const OPENED_MS = 1_790_855_400_000
const fields = {
  event: 'handshake',
  from: 'q7Jr0aX2yT4mB9cW1eZu5g',
  path: 'rooms/42',
  epoch: `${OPENED_MS * 1000}`,
  time: new Date(OPENED_MS).toISOString(),
}
const handshake = (changes = {}, members = {}): Planned =>
  webhook('page', { ...fields, ...changes }, members)
const message = (changes = {}, members = {}): Planned =>
  webhook('page', { ...fields, event: 'message', body: 'a', ...changes }, members)
const closed = (changes = {}, members = {}): Planned =>
  webhook('page', { ...fields, event: 'closed', code: '1000', reason: '', ...changes }, members)
const withId = (id: string): object => ({ headers: { 'webhook-id': id } })

describe('sentAsSocketForm', () => {
  const judge = sentAsSocketForm('page')
  test('forms with all their fields pass', () => {
    expect(verdict(judge, handshake(), message(), closed())).toBe('pass')
  })
  test('another method fails', () => {
    expect(verdict(judge, handshake({}, { method: 'PUT' }))).toBe('fail')
  })
  test('another media type fails', () => {
    expect(verdict(judge, handshake({}, { headers: { 'content-type': 'text/plain' } }))).toBe(
      'fail',
    )
  })
  test('a form that is not encoded fails', () => {
    const body = `${new URLSearchParams({ ...fields, event: 'message' })}&body=a b`
    expect(verdict(judge, message({}, { body }))).toBe('fail')
  })
  test('a missing field fails', () => {
    const { from: _from, ...others } = fields
    expect(verdict(judge, webhook('page', others))).toBe('fail')
  })
  test('a field in another form fails', () => {
    expect(verdict(judge, closed({ code: 'goodbye' }))).toBe('fail')
  })
  test('an event that no socket has fails', () => {
    expect(verdict(judge, handshake({ event: 'opened' }))).toBe('fail')
  })
  test('without webhooks nothing can be said', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

describe('namedAlike', () => {
  const judge = namedAlike('page')
  test('one socket, one path and one epoch pass', () => {
    expect(verdict(judge, handshake(), message(), closed())).toBe('pass')
  })
  test.each(['from', 'path', 'epoch'])('another %s fails', (name) => {
    expect(verdict(judge, handshake(), closed({ [name]: '1' }))).toBe('fail')
  })
  test('of one webhook nothing can be said', () => {
    expect(verdict(judge, handshake())).toBe('inconclusive')
  })
})

describe('datedAsHappened', () => {
  const judge = datedAsHappened('page')
  const opening: Planned = {
    kind: 'request',
    as: 'page',
    method: 'GET',
    url: 'ws://127.0.0.1:1/v1/socket/ticket',
    headers: {},
    body: '',
    atMs: 1000,
  }
  const time = (ms: number): object => ({ time: new Date(OPENED_MS + ms).toISOString() })
  const life = (messageMs: number, closedMs: number, changes = {}): Planned[] => [
    opening,
    handshake(changes, { atMs: 1010 }),
    sent('page', 1100),
    message(time(messageMs), { atMs: 1110 }),
    sent('page', 1200),
    closed(time(closedMs), { atMs: 1210 }),
  ]
  test('times as far apart as what happened pass', () => {
    expect(verdict(judge, ...life(95, 195))).toBe('pass')
  })
  test('a message that is dated too early fails', () => {
    expect(verdict(judge, ...life(0, 195))).toBe('fail')
  })
  test('a closed that is dated too late fails', () => {
    expect(verdict(judge, ...life(95, 300))).toBe('fail')
  })
  test('a time that is no instant fails', () => {
    expect(verdict(judge, ...life(95, 195, { time: 'now' }))).toBe('fail')
  })
  test('an epoch that is older than the opening fails', () => {
    const epoch = `${(OPENED_MS - 100) * 1000}`
    expect(verdict(judge, ...life(95, 195, { epoch }))).toBe('fail')
  })
  test('of half a life nothing can be said', () => {
    expect(verdict(judge, opening, handshake())).toBe('inconclusive')
  })
})

describe('epochsFollow', () => {
  const judge = epochsFollow('page', 'later')
  const later = (epoch: number): Planned =>
    webhook('later', { ...fields, epoch: `${OPENED_MS * 1000 + epoch}` })
  test('a larger epoch and the same pass', () => {
    expect(verdict(judge, handshake(), later(1))).toBe('pass')
    expect(verdict(judge, handshake(), later(0))).toBe('pass')
  })
  test('a smaller epoch fails', () => {
    expect(verdict(judge, handshake(), later(-1))).toBe('fail')
  })
  test('of one socket nothing can be said', () => {
    expect(verdict(judge, handshake())).toBe('inconclusive')
  })
})

describe('ownIds', () => {
  const judge = ownIds('page')
  test('an id for each webhook passes, repeats of closed included', () => {
    const events = [handshake({}, withId('a')), message({}, withId('b')), message({}, withId('c'))]
    expect(verdict(judge, ...events, closed({}, withId('d')), closed({}, withId('d')))).toBe('pass')
  })
  test('two messages with one id fail', () => {
    expect(verdict(judge, message({}, withId('b')), message({}, withId('b')))).toBe('fail')
  })
  test('a handshake and its closed with one id fail', () => {
    expect(verdict(judge, handshake({}, withId('a')), closed({}, withId('a')))).toBe('fail')
  })
  test('no id fails', () => {
    expect(verdict(judge, handshake(), closed({}, withId('a')))).toBe('fail')
  })
  test('of one webhook nothing can be said', () => {
    expect(verdict(judge, handshake({}, withId('a')))).toBe('inconclusive')
  })
})

describe('nothingCame', () => {
  test('no visitor passes', () => {
    expect(verdict(nothingCame('elsewhere'), handshake())).toBe('pass')
  })
  test('a visitor fails', () => {
    expect(verdict(nothingCame('page'), handshake())).toBe('fail')
  })
})

describe('boundedBy', () => {
  const judge = boundedBy('page', 'socket_concurrency')
  test('as many in flight as the limit pass', () => {
    const events = [handshake(), message(), webhookAnswer('page', 1, 204), message()]
    expect(verdict(judge, ...events)).toBe('pass')
  })
  test('one more fails', () => {
    expect(verdict(judge, handshake(), message(), message())).toBe('fail')
  })
  test('of no more attempts than the limit nothing can be said', () => {
    expect(verdict(judge, handshake(), message())).toBe('inconclusive')
  })
})

describe('floors', () => {
  const started = (epoch: number): Planned =>
    webhook('later', { event: 'started', epoch: `${OPENED_MS * 1000 + epoch}` })
  const later = (epoch: number): Planned =>
    webhook('later', { ...fields, epoch: `${OPENED_MS * 1000 + epoch}` })
  test('a floor above the epochs of the service before passes', () => {
    expect(verdict(floorAbove('later', 'page'), handshake(), started(1))).toBe('pass')
  })
  test('a floor at the epoch of an earlier socket fails', () => {
    expect(verdict(floorAbove('later', 'page'), handshake(), started(0))).toBe('fail')
  })
  test('no started fails', () => {
    expect(verdict(floorAbove('later', 'page'), handshake())).toBe('fail')
  })
  test('without an earlier socket nothing can be said', () => {
    expect(verdict(floorAbove('later', 'page'), started(1))).toBe('inconclusive')
  })
  test('an epoch at the own floor passes', () => {
    expect(verdict(aboveOwnFloor('later'), started(1), later(1))).toBe('pass')
  })
  test('an epoch below the own floor fails', () => {
    expect(verdict(aboveOwnFloor('later'), started(1), later(0))).toBe('fail')
  })
  test('without a socket nothing can be said', () => {
    expect(verdict(aboveOwnFloor('later'), started(1))).toBe('inconclusive')
  })
})

describe('heardBeforeRepeat', () => {
  const judge = heardBeforeRepeat('page', 'handshake', 'client')
  const report = webhook('client', { event: 'connected' })
  test('a handshake before the second attempt of the report passes', () => {
    expect(verdict(judge, report, handshake(), report)).toBe('pass')
  })
  test('a handshake behind it fails, and so does none', () => {
    expect(verdict(judge, report, report, handshake())).toBe('fail')
    expect(verdict(judge, report, report)).toBe('fail')
  })
  test('without a second attempt nothing is said', () => {
    expect(verdict(judge, report, handshake())).toBe('inconclusive')
  })
})
