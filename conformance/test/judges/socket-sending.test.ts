import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  declinedAfterClose,
  delivers,
  gotInOrder,
  gotNone,
  gotNothingOf,
  reaches,
  refusedOrReplacedOn,
} from '../../src/judges/socket-sending.ts'
import { answer, close, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const frame = (text: string, type: 'text' | 'binary' = 'text'): Planned => ({
  kind: 'frame',
  as: 'page',
  type,
  text,
})

describe('gotInOrder', () => {
  const judge = gotInOrder('page', ['a', '', 'a'])
  test('the texts in their order pass, with texts of others between', () => {
    expect(verdict(judge, frame('a'), frame('else'), frame(''), frame('a'))).toBe('pass')
  })
  test('a missing text fails', () => {
    expect(verdict(judge, frame('a'), frame(''))).toBe('fail')
  })
  test('another order fails', () => {
    expect(verdict(judge, frame(''), frame('a'), frame('a'))).toBe('fail')
  })
  test('a text that came once more fails', () => {
    expect(verdict(judge, frame('a'), frame(''), frame('a'), frame(''))).toBe('fail')
  })
  test('a binary message is no text', () => {
    expect(verdict(gotInOrder('page', ['a']), frame('a', 'binary'))).toBe('fail')
  })
})

describe('gotNone', () => {
  test('other texts pass', () => {
    expect(verdict(gotNone('page', ['b']), frame('a'))).toBe('pass')
  })
  test('one of the texts fails', () => {
    expect(verdict(gotNone('page', ['a', 'b']), frame('b'))).toBe('fail')
  })
})

describe('delivers', () => {
  const judge = delivers('call', [true, false])
  const call = request('call', 'http://127.0.0.1:1/v1/sockets/messages', {
    sockets: ['one', 'two'],
    body: '',
  })
  const one = { socket: 'one', delivered: true }
  const two = { socket: 'two', delivered: false }
  test('a result for each entry in their order passes', () => {
    expect(verdict(judge, call, answer('call', 200, { results: [one, two] }))).toBe('pass')
  })
  test('members beside them change nothing', () => {
    const results = [{ ...one, more: 1 }, two]
    expect(verdict(judge, call, answer('call', 200, { results }))).toBe('pass')
  })
  test('another order fails', () => {
    expect(verdict(judge, call, answer('call', 200, { results: [two, one] }))).toBe('fail')
  })
  test('a missing result fails', () => {
    expect(verdict(judge, call, answer('call', 200, { results: [one] }))).toBe('fail')
  })
  test('a result too many fails', () => {
    expect(verdict(judge, call, answer('call', 200, { results: [one, two, two] }))).toBe('fail')
  })
  test('a wrong delivered fails', () => {
    const results = [one, { ...two, delivered: true }]
    expect(verdict(judge, call, answer('call', 200, { results }))).toBe('fail')
  })
  test('a body that the schema does not accept fails', () => {
    expect(verdict(judge, call, answer('call', 200, { results: {} }))).toBe('fail')
  })
  test('a refusal fails', () => {
    expect(verdict(judge, call, answer('call', 404, {}))).toBe('fail')
  })
  test('of a call that named other sockets nothing can be said', () => {
    const other = request('call', 'http://127.0.0.1:1/v1/sockets/messages', { sockets: 'one' })
    const got = answer('call', 200, { results: [one] })
    expect(verdict(judge, other, got)).toBe('inconclusive')
  })
})

describe('reaches', () => {
  test('as many sockets as expected pass', () => {
    expect(verdict(reaches('call', 2, 2), answer('call', 200, { sockets: 2 }))).toBe('pass')
  })
  test('more pass where only the least is known', () => {
    expect(verdict(reaches('call', 2), answer('call', 200, { sockets: 5 }))).toBe('pass')
  })
  test('fewer fail', () => {
    expect(verdict(reaches('call', 2), answer('call', 200, { sockets: 1 }))).toBe('fail')
  })
  test('more than the most fail', () => {
    expect(verdict(reaches('call', 2, 2), answer('call', 200, { sockets: 3 }))).toBe('fail')
  })
  test('no number fails', () => {
    expect(verdict(reaches('call', 0), answer('call', 200, {}))).toBe('fail')
  })
})

describe('gotNothingOf', () => {
  const judge = gotNothingOf('page', 'sender')
  const sent = request('sender', '/v1/sockets/broadcasts', { body: 'a secret' })
  test('other texts pass', () => {
    expect(verdict(judge, sent, frame('{"data":"else"}'))).toBe('pass')
  })
  test('the text in whatever frame fails', () => {
    expect(verdict(judge, sent, frame('{"data":"a secret"}'))).toBe('fail')
  })
  test('where nothing was sent nothing can be said', () => {
    expect(verdict(judge, frame('a secret'))).toBe('inconclusive')
  })
})

describe('refusedOrReplacedOn', () => {
  const judge = refusedOrReplacedOn('page', 'high')
  const sent = request('high', '/v1/sockets/messages', { body: 'high \ud83d' })
  test('a refusal passes', () => {
    const problem = { status: 400, code: 'invalid-data', type: 'about:blank', title: 'no' }
    const headers = { 'content-type': 'application/problem+json' }
    const refusal = answer('high', 400, problem, headers)
    expect(refusedOrReplacedOn('page', 'high')(timelineOf([sent, refusal])).verdict).toBe('pass')
  })
  test('another refusal fails', () => {
    expect(verdict(judge, sent, answer('high', 500))).toBe('fail')
  })
  test('the replacement on the page passes', () => {
    expect(verdict(judge, sent, answer('high', 200), frame('high \ufffd'))).toBe('pass')
  })
  test('anything else on the page fails', () => {
    expect(verdict(judge, sent, answer('high', 200), frame('high '))).toBe('fail')
  })
  test('a text that was taken and did not arrive fails', () => {
    expect(verdict(judge, sent, answer('high', 200))).toBe('fail')
  })
})

describe('declinedAfterClose', () => {
  const judge = declinedAfterClose('page', 'after')
  const sent = request('after', '/v1/sockets/messages', { sockets: 'a', body: 'hello' })
  const result = (delivered: boolean): Planned =>
    answer('after', 200, { results: [{ socket: 'a', delivered }] })
  test('a send that is declined after the close passes', () => {
    expect(verdict(judge, close('page', 4000), sent, result(false))).toBe('pass')
  })
  test('a send that is taken after the close fails', () => {
    expect(verdict(judge, close('page', 4000), sent, result(true))).toBe('fail')
  })
  test('a send before the close passes, whatever became of it', () => {
    expect(verdict(judge, sent, result(true), close('page', 4000))).toBe('pass')
  })
  test('where nothing was sent nothing can be said', () => {
    expect(verdict(judge, close('page', 4000))).toBe('inconclusive')
  })
})
