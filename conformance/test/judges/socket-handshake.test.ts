import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  arrivedOn,
  closedAfterHandshake,
  declined,
  heldArrived,
  idsUnique,
  messagesWaited,
  neverArrived,
  noMessages,
  notFollowed,
  shook,
  shookOnce,
  taken,
  unasked,
} from '../../src/judges/socket-handshake.ts'
import { RELEASE } from '../../src/timeline/event.ts'
import {
  answer,
  close,
  note,
  type Planned,
  request,
  timelineOf,
  webhook,
} from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const shake = (from = 'a'.repeat(20), atMs?: number): Planned =>
  webhook('page', { event: 'handshake', from }, atMs === undefined ? {} : { atMs })
const say = (body: string): Planned => webhook('page', { event: 'message', body })
const send = (body: string): Planned => request('sender', '/v1/sockets/messages', { body })
const results = (...delivered: unknown[]): Planned =>
  answer('sender', 200, { results: delivered.map((one) => ({ socket: 's', delivered: one })) })
const text = (text: string): Planned => ({ kind: 'frame', as: 'page', type: 'text', text })
const release = note(RELEASE)

describe('a handshake', () => {
  test('comes exactly once', () => {
    expect(verdict(shookOnce('page'), shake())).toBe('pass')
    expect(verdict(shookOnce('page'), shake(), shake())).toBe('fail')
    expect(verdict(shookOnce('page'))).toBe('fail')
    expect(verdict(shook('page'), shake())).toBe('pass')
    expect(verdict(shook('page'))).toBe('fail')
  })

  test('that never came is a condition of what follows from that', () => {
    expect(verdict(unasked('page'))).toBe('pass')
    expect(verdict(unasked('page'), shake())).toBe('inconclusive')
  })

  test('has an id of the grammar that no other has', () => {
    const [a, b] = [shake('a'.repeat(20)), shake('b-_9'.repeat(16))]
    expect(verdict(idsUnique(2, 'page'), a, b)).toBe('pass')
    expect(verdict(idsUnique(2, 'page'), a, a)).toBe('fail')
    expect(verdict(idsUnique(2, 'page'), a, shake('short'))).toBe('fail')
    expect(verdict(idsUnique(2, 'page'), a, shake('b'.repeat(65)))).toBe('fail')
    expect(verdict(idsUnique(2, 'page'), a, shake(`${'b'.repeat(20)}.`))).toBe('fail')
    expect(verdict(idsUnique(2, 'page'), a)).toBe('inconclusive')
  })

  test('ends its socket in time', () => {
    const end = (atMs: number): Planned => ({ ...close('page', 4105), atMs })
    expect(verdict(closedAfterHandshake('page'), shake('a', 0), end(12_000))).toBe('pass')
    expect(verdict(closedAfterHandshake('page'), shake('a', 0), end(12_001))).toBe('fail')
    expect(verdict(closedAfterHandshake('page'), shake('a', 0))).toBe('inconclusive')
  })

  test('does not follow a redirect', () => {
    expect(verdict(notFollowed('elsewhere'), shake())).toBe('pass')
    expect(verdict(notFollowed('page'), shake())).toBe('fail')
  })
})

describe('messages', () => {
  test('wait for the handshake', () => {
    expect(verdict(messagesWaited('page'), shake(), release, say('x'))).toBe('pass')
    expect(verdict(messagesWaited('page'), shake(), say('x'), release)).toBe('fail')
    expect(verdict(messagesWaited('page'), shake(), release)).toBe('inconclusive')
  })

  test('of a refused socket do not come', () => {
    expect(verdict(noMessages('page'), shake())).toBe('pass')
    expect(verdict(noMessages('page'), shake(), say('x'))).toBe('fail')
  })
})

describe('held text', () => {
  const sent = [send('one'), send('two')]

  test('arrives in its order after the handshake, once', () => {
    const judge = heldArrived('page', 'sender')
    expect(verdict(judge, ...sent, release, text('one'), text('two'))).toBe('pass')
    expect(verdict(judge, ...sent, release, text('one'), text('else'), text('two'))).toBe('pass')
    expect(verdict(judge, ...sent, text('one'), release, text('two'))).toBe('fail')
    expect(verdict(judge, ...sent, release, text('two'), text('one'))).toBe('fail')
    expect(verdict(judge, ...sent, release, text('one'))).toBe('fail')
    expect(verdict(judge, ...sent, release, text('one'), text('two'), text('two'))).toBe('fail')
    expect(verdict(judge, release)).toBe('inconclusive')
  })

  test('arrives as often as its send names the socket', () => {
    const judge = heldArrived('page', 'sender')
    const twice = request('sender', '/v1/sockets/messages', { sockets: ['s', 's'], body: '' })
    expect(verdict(judge, twice, release, text(''), text(''))).toBe('pass')
    expect(verdict(judge, twice, release, text(''))).toBe('fail')
  })

  test('does not arrive where it was dropped', () => {
    expect(verdict(neverArrived('page', 'sender'), ...sent, text('else'))).toBe('pass')
    expect(verdict(neverArrived('page', 'sender'), ...sent, text('two'))).toBe('fail')
    expect(verdict(neverArrived('page', 'sender'))).toBe('inconclusive')
    expect(verdict(arrivedOn('page', 'sender'), ...sent, text('two'), text('one'))).toBe('pass')
    expect(verdict(arrivedOn('page', 'sender'), ...sent, text('two'))).toBe('fail')
  })

  test('is taken or declined in the result of its send', () => {
    expect(verdict(taken('sender'), results(true), results(true, true))).toBe('pass')
    expect(verdict(taken('sender'), results(true), results(true, false))).toBe('fail')
    expect(verdict(taken('sender'), answer('sender', 404))).toBe('fail')
    expect(verdict(taken('sender'))).toBe('inconclusive')
    expect(verdict(declined('sender'), results(false))).toBe('pass')
    expect(verdict(declined('sender'), results(true))).toBe('fail')
    expect(verdict(declined('sender'), answer('sender', 413))).toBe('fail')
    expect(verdict(declined('sender'))).toBe('inconclusive')
  })
})
