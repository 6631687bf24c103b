import { expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  askedBeforeUse,
  CLOSED,
  cameBack,
  connectedAsAClient,
  ENDED,
  error,
  given,
  heard,
  heardFirst,
  hidToken,
  keptToken,
  loaded,
  nothingThrown,
  OPENED,
  returnedConnecting,
  returnedFirst,
  said,
  saidGoodbye,
  servedAsScript,
  stayedAway,
  toldAfter,
} from '../../src/judges/gae.ts'
import { answer, type Planned, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict

const seen = (what: string, members: Record<string, unknown>, seconds = 0): Planned => ({
  kind: 'page',
  as: 'page',
  what,
  seconds,
  members,
})
const callback = (name: string, argument: unknown, readyState: number, seconds = 0): Planned =>
  seen('callback', { socket: 'a', name, argument, readyState }, seconds)
const attempt = (seconds = 0, members: Record<string, unknown> = {}): Planned =>
  seen('attempt', { by: 'websocket', on: 'A', url: 'ws://a/v1/connect', ...members }, seconds)
const ended = (seconds: number): Planned => seen('ended', { on: 'A', code: 4100 }, seconds)
const failed = (seconds = 0): Planned => callback('onerror', { code: 401 }, 2, seconds)

const opened = callback('onopen', {}, 1)
const closed = callback('onclose', null, 3)

test('servedAsScript: 200 and text/javascript, whatever its parameters', () => {
  const judge = servedAsScript('page')
  const typed = (type: string): Planned => answer('page', 200, '', { 'content-type': type })
  expect(verdict(judge, typed('text/javascript'))).toBe('pass')
  expect(verdict(judge, typed('Text/JavaScript; charset=utf-8'))).toBe('pass')
  expect(verdict(judge, typed('text/javascripts'))).toBe('fail')
  expect(verdict(judge, typed('text/plain'))).toBe('fail')
  expect(verdict(judge, answer('page', 404))).toBe('fail')
  expect(verdict(judge)).toBe('fail')
})

test('askedBeforeUse: no-cache is a directive of its own', () => {
  const judge = askedBeforeUse('page')
  const cached = (value: string): Planned => answer('page', 200, '', { 'cache-control': value })
  expect(verdict(judge, cached('public, No-Cache'))).toBe('pass')
  expect(verdict(judge, cached('max-age=60'))).toBe('fail')
  expect(verdict(judge, answer('page', 200))).toBe('fail')
})

test('loaded: the script has given the page its channels', () => {
  expect(verdict(loaded('page'), seen('loaded', { isDefined: true }))).toBe('pass')
  expect(verdict(loaded('page'), seen('loaded', { isDefined: false }))).toBe('fail')
  expect(verdict(loaded('page'))).toBe('fail')
})

test('said: the same value, also where it is long', () => {
  const long = ['x'.repeat(300), 'one']
  const judge = said('page', 'value', long)
  expect(verdict(judge, seen('said', { name: 'value', value: [...long] }))).toBe('pass')
  expect(verdict(judge, seen('said', { name: 'value', value: [long[0], 'two'] }))).toBe('fail')
  expect(verdict(judge, seen('said', { name: 'other', value: long }))).toBe('fail')
})

test('nothingThrown: a page that said something and threw nothing', () => {
  const judge = nothingThrown('page')
  expect(verdict(judge, opened)).toBe('pass')
  expect(verdict(judge, opened, seen('threw', { message: 'TypeError' }))).toBe('fail')
  expect(verdict(judge)).toBe('fail')
})

test('returnedConnecting: open returns before any callback, with readyState 0', () => {
  const returned = (readyState: number): Planned => seen('returned', { socket: 'a', readyState })
  expect(verdict(returnedConnecting('page', 'a'), returned(0), opened)).toBe('pass')
  expect(verdict(returnedConnecting('page', 'a'), returned(1), opened)).toBe('fail')
  expect(verdict(returnedFirst('page', 'a'), returned(1), opened)).toBe('pass')
  expect(verdict(returnedFirst('page', 'a'), opened, returned(0))).toBe('fail')
  expect(verdict(returnedFirst('page', 'a'), opened)).toBe('fail')
})

test('heard: these callbacks in this order, with these arguments and states, and no others', () => {
  const judge = heard('page', 'a', [OPENED, given('one'), error(4008, 'why'), CLOSED])
  const one = callback('onmessage', { data: 'one' }, 1)
  const failure = callback('onerror', { code: 4008, description: 'why' }, 2)
  const other: Planned = seen('callback', { socket: 'b', name: 'onopen', readyState: 1 })
  expect(verdict(judge, opened, one, other, failure, closed)).toBe('pass')
  expect(verdict(judge, opened, one, failure)).toBe('fail')
  expect(verdict(judge, opened, failure, one, closed)).toBe('fail')
  expect(verdict(judge, opened, one, failure, closed, closed)).toBe('fail')
  expect(verdict(judge, callback('onopen', {}, 0), one, failure, closed)).toBe('fail')
  expect(verdict(judge, opened, callback('onmessage', 'one', 1), failure, closed)).toBe('fail')
  const untold = callback('onerror', { code: 401, description: 'why' }, 2)
  expect(verdict(judge, opened, one, untold, closed)).toBe('fail')
  expect(verdict(heardFirst('page', 'a', [OPENED]), opened, one)).toBe('pass')
  expect(verdict(heard('page', 'a', [ENDED]), callback('onclose', null, 2))).toBe('pass')
  expect(verdict(heard('page', 'a', []))).toBe('pass')
})

test('cameBack: an attempt within the bounds of each ending', () => {
  const judge = cameBack('page', 'A', [
    [1, 2],
    [1, 4],
  ])
  expect(verdict(judge, ended(5), attempt(6.5), ended(7), attempt(11))).toBe('pass')
  expect(verdict(judge, ended(5), attempt(6.5), ended(7), attempt(11.1))).toBe('fail')
  expect(verdict(judge, ended(5), attempt(5.9), ended(7), attempt(9))).toBe('fail')
  expect(verdict(judge, ended(5), attempt(6.5), ended(7))).toBe('fail')
  expect(verdict(judge, ended(5), attempt(6.5))).toBe('fail')
})

test('keptToken: each attempt with the same token', () => {
  expect(verdict(keptToken('page', 'A'), attempt(), attempt())).toBe('pass')
  expect(verdict(keptToken('page', 'A'), attempt(), attempt(0, { on: '' }))).toBe('fail')
  expect(verdict(keptToken('page', 'A'))).toBe('fail')
})

test('toldAfter: an error this long after each ending, at most half a second late', () => {
  const judge = toldAfter('page', [0, 1])
  expect(verdict(judge, ended(5), failed(5), ended(9), failed(10.4))).toBe('pass')
  expect(verdict(judge, ended(5), failed(5), ended(9), failed(9))).toBe('fail')
  expect(verdict(judge, ended(5), failed(5.6), ended(9), failed(10))).toBe('fail')
  expect(verdict(judge, ended(5), failed(5), ended(9), failed(10.6))).toBe('fail')
  expect(verdict(judge, ended(5), failed(5), ended(9))).toBe('fail')
})

test('connectedAsAClient: to the connect_url of the token, with both subprotocols and no other', () => {
  const judge = connectedAsAClient('page', 'A', 'token')
  const token = 't'.repeat(300)
  const minted = answer('token', 201, { token, connect_url: 'ws://a/v1/connect' })
  const both = ['channel-protocol.v1', `channel-token.${token}`]
  const dialled = (members: Record<string, unknown>): Planned =>
    attempt(0, { protocols: both, ...members })
  expect(verdict(judge, minted, dialled({}))).toBe('pass')
  expect(verdict(judge, minted, dialled({ protocols: [...both].reverse() }))).toBe('pass')
  expect(verdict(judge, minted, dialled({ url: 'ws://a/v1/connect?after=m-1' }))).toBe('pass')
  expect(verdict(judge, minted, dialled({ url: 'ws://b/v1/connect' }))).toBe('fail')
  expect(verdict(judge, minted, dialled({ protocols: [...both, 'chat'] }))).toBe('fail')
  expect(verdict(judge, minted, dialled({ protocols: both.slice(1) }))).toBe('fail')
  expect(verdict(judge, minted, dialled({ by: 'fetch' }))).toBe('fail')
  expect(verdict(judge, minted)).toBe('fail')
})

test('hidToken: no URL has the token in it', () => {
  const judge = hidToken('page', 'token')
  const minted = answer('token', 201, { token: 'secret' })
  expect(verdict(judge, minted, attempt())).toBe('pass')
  expect(verdict(judge, minted, attempt(), attempt(0, { url: 'ws://a/?t=secret' }))).toBe('fail')
  expect(verdict(judge, minted)).toBe('fail')
})

test('saidGoodbye: a Close frame of 1000, and no connection after it', () => {
  const judge = saidGoodbye('page', 'A')
  const goodbye = (code: number): Planned => seen('goodbye', { on: 'A', code })
  expect(verdict(judge, attempt(), goodbye(1000))).toBe('pass')
  expect(verdict(judge, attempt(), goodbye(4999))).toBe('fail')
  expect(verdict(judge, attempt(), goodbye(1000), attempt())).toBe('fail')
  expect(verdict(judge, attempt(), seen('abandon', { on: 'A', code: 1000 }))).toBe('fail')
})

test('stayedAway: no attempt behind the last callback of a name', () => {
  const judge = stayedAway('page', 'A', 'onclose')
  expect(verdict(judge, attempt(), closed)).toBe('pass')
  expect(verdict(judge, closed, attempt())).toBe('fail')
  expect(verdict(judge, attempt())).toBe('fail')
})
