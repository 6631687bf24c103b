import { describe, expect, test } from 'vitest'
import {
  countsClosed,
  leftNoneOpen,
  reachesNobody,
  refusedAsDead,
  reportedInOrder,
} from '../../src/judges/control.ts'
import type { Judge } from '../../src/judges/finding.ts'
import {
  answer,
  close,
  envelope,
  type Planned,
  request,
  timelineOf,
  webhook,
} from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const open = (as: string): Planned => ({ kind: 'open', as, subprotocol: 'channel-protocol.v1' })

describe('an answer to a disconnect', () => {
  const judge = countsClosed('d', 1)
  const asked = request('d', '/v1/disconnects', { client_id: 'ann' })
  test.each([
    ['one', 200, { connections: 1 }, 'pass'],
    ['none', 200, { connections: 0 }, 'fail'],
    ['a truth', 200, { connections: true }, 'fail'],
    ['nothing', 200, {}, 'fail'],
    ['one, as something created', 201, { connections: 1 }, 'fail'],
    ['a refusal', 404, { code: 'not-found' }, 'fail'],
  ])('that counts %s', (_what, status, body, expected) => {
    expect(verdict(judge, asked, answer('d', status, body))).toBe(expected)
  })
  test('that never comes fails', () => {
    expect(verdict(judge, asked)).toBe('fail')
  })
})

describe('a dead token', () => {
  const judge = refusedAsDead('c')
  test('is refused with 4301 before any welcome', () => {
    expect(verdict(judge, open('c'), close('c', 4301))).toBe('pass')
    expect(verdict(judge, open('c'), close('c', 4300))).toBe('fail')
    expect(verdict(judge, open('c'))).toBe('fail')
    const welcome = envelope('c', { type: 'welcome' })
    expect(verdict(judge, open('c'), welcome, close('c', 4301))).toBe('fail')
  })
})

describe('openings with a revoked token', () => {
  const judge = leftNoneOpen('a', 'b')
  test('end with a Close frame, whoever wrote it first', () => {
    expect(verdict(judge, open('a'), open('b'), close('a', 4009), close('b', 4010))).toBe('pass')
    expect(verdict(judge, open('a'), close('a', 4301))).toBe('pass')
  })
  test('fail where one stays open or ends without a Close frame', () => {
    expect(verdict(judge, open('a'), open('b'), close('a', 4009))).toBe('fail')
    expect(verdict(judge, open('a'), open('b'), close('a', 4009), close('b', 1006))).toBe('fail')
  })
  test('say nothing where none was opened', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

describe('messages behind a disconnect', () => {
  const judge = reachesNobody('p')
  test('reach no connection', () => {
    expect(verdict(judge, answer('p', 200, { connections: 0 }))).toBe('pass')
    expect(verdict(judge, answer('p', 200, { connections: 1 }))).toBe('fail')
    expect(verdict(judge, answer('p', 200, {}))).toBe('fail')
    expect(verdict(judge, answer('p', 500))).toBe('inconclusive')
  })
})

describe('reports about a client', () => {
  const judge = reportedInOrder('c', ['connected', 'disconnected'], 'closed')
  const came = webhook('c', { event: 'connected', epoch: '7', version: '1' })
  const went = (reason: string): Planned =>
    webhook('c', { event: 'disconnected', epoch: '7', version: '2', reason })
  test('are those events with that last reason, repeats aside', () => {
    expect(verdict(judge, came, came, went('closed'))).toBe('pass')
    expect(verdict(judge, came, went('lost'))).toBe('fail')
    expect(verdict(judge, went('closed'), came)).toBe('fail')
    expect(verdict(judge, came)).toBe('fail')
    expect(verdict(judge)).toBe('fail')
  })
})
