import { expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  allowedBefore,
  formed,
  identified,
  isStreamed,
  keptFromCaches,
  readable,
  refusedByEvent,
  streamedWelcome,
  unidentified,
} from '../../src/judges/sse.ts'
import { answer, close, type Planned, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' }

const asked = (headers: Readonly<Record<string, string>> = {}): Planned => ({
  kind: 'request',
  as: 'client',
  method: 'GET',
  url: 'http://127.0.0.1:1/v1/connect',
  headers,
  body: '',
})

const event = (name: string, value: unknown, id?: string): Planned => ({
  kind: 'frame',
  as: 'client',
  type: 'text',
  text: typeof value === 'string' ? value : JSON.stringify(value),
  event: { name, id },
})

test('isStreamed: 200 with text/event-stream passes, whatever its parameters; other answers and none fail', () => {
  const judge = isStreamed('client')
  expect(verdict(judge, asked(), answer('client', 200, '', STREAM))).toBe('pass')
  expect(verdict(judge, answer('client', 201), asked(), answer('client', 200, '', STREAM))).toBe(
    'pass',
  )
  expect(verdict(judge, asked(), answer('client', 200, '', { 'content-type': 'text/plain' }))).toBe(
    'fail',
  )
  expect(verdict(judge, asked(), answer('client', 401, '', STREAM))).toBe('fail')
  expect(verdict(judge, asked())).toBe('fail')
})

test('streamedWelcome: the first event has to be a welcome', () => {
  const judge = streamedWelcome('client')
  const begun = [asked(), answer('client', 200, '', STREAM)]
  const welcome = event('welcome', { type: 'welcome' })
  expect(verdict(judge, ...begun, welcome)).toBe('pass')
  expect(verdict(judge, ...begun, event('heartbeat', { type: 'heartbeat' }), welcome)).toBe('fail')
  expect(verdict(judge, ...begun)).toBe('fail')
})

test('keptFromCaches: both directives and the header of proxies are needed, in any order', () => {
  const judge = keptFromCaches('client')
  const good = { 'cache-control': 'No-Transform,no-store', 'x-accel-buffering': 'no' }
  const withHeaders = (headers: Readonly<Record<string, string>>): string =>
    verdict(judge, asked(), answer('client', 200, '', headers))
  expect(withHeaders(good)).toBe('pass')
  expect(withHeaders({ ...good, 'cache-control': 'no-store' })).toBe('fail')
  expect(withHeaders({ ...good, 'cache-control': 'no-transform' })).toBe('fail')
  expect(withHeaders({ ...good, 'x-accel-buffering': 'yes' })).toBe('fail')
  expect(withHeaders({ 'cache-control': 'no-store, no-transform' })).toBe('fail')
  expect(verdict(judge, asked())).toBe('inconclusive')
})

test('readable: an asterisk passes, one origin, several and none fail', () => {
  const judge = readable('client')
  const allowing = (origin: string): string =>
    verdict(judge, asked(), answer('client', 204, '', { 'access-control-allow-origin': origin }))
  expect(allowing('*')).toBe('pass')
  expect(allowing('https://page.example')).toBe('fail')
  expect(allowing('*, *')).toBe('fail')
  expect(verdict(judge, asked(), answer('client', 204))).toBe('fail')
  expect(verdict(judge, asked())).toBe('inconclusive')
})

test('allowedBefore: a 2xx has to allow the origin, GET and both headers by name', () => {
  const judge = allowedBefore('client')
  const good = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, OPTIONS',
    'access-control-allow-headers': 'Last-Event-ID, Authorization',
  }
  const page = asked({ origin: 'https://page.example' })
  const answering = (headers: Readonly<Record<string, string>>, status = 204): string =>
    verdict(judge, page, answer('client', status, '', { ...good, ...headers }))
  expect(answering({})).toBe('pass')
  expect(answering({ 'access-control-allow-origin': 'https://page.example' }, 200)).toBe('pass')
  expect(answering({ 'access-control-allow-origin': 'https://other.example' })).toBe('fail')
  expect(answering({ 'access-control-allow-methods': 'POST' })).toBe('fail')
  expect(answering({ 'access-control-allow-headers': '*' })).toBe('fail')
  expect(answering({ 'access-control-allow-headers': 'authorization' })).toBe('fail')
  expect(answering({}, 401)).toBe('fail')
  expect(verdict(judge, page)).toBe('fail')
})

test('refusedByEvent: one close event with the code and slug passes, everything else fails', () => {
  const judge = refusedByEvent('client', 'bad-request')
  const begun = [asked(), answer('client', 200, '', STREAM)]
  const refusal = event('close', { type: 'close', code: 4000, reason: 'bad-request' })
  expect(verdict(judge, ...begun, refusal)).toBe('pass')
  expect(verdict(judge, ...begun, event('heartbeat', {}), refusal)).toBe('fail')
  expect(verdict(judge, ...begun, refusal, event('heartbeat', {}))).toBe('fail')
  const invalid = event('close', { type: 'close', code: 4301, reason: 'token-invalid' })
  expect(verdict(judge, ...begun, invalid)).toBe('fail')
  const mute = event('close', { type: 'close', code: 4000, reason: '' })
  expect(verdict(judge, ...begun, mute)).toBe('fail')
  expect(verdict(judge, ...begun, close('client', 1006))).toBe('fail')
  expect(verdict(judge, asked(), answer('client', 401), refusal)).toBe('fail')
})

test('formed: every event is named after the type of its envelope', () => {
  const judge = formed('client', 2)
  const welcome = event('welcome', { type: 'welcome' })
  const message = event('message', { type: 'message' })
  expect(verdict(judge, welcome, message)).toBe('pass')
  expect(verdict(judge, event('message', { type: 'welcome' }), message)).toBe('fail')
  expect(verdict(judge, welcome, event('message', '"text"'))).toBe('fail')
  expect(verdict(judge, welcome, event('message', [{ type: 'message' }]))).toBe('fail')
  expect(verdict(judge, welcome)).toBe('inconclusive')
  const news = event('news', 'hi')
  expect(verdict(judge, welcome, news, message)).toBe('pass')
  expect(verdict(judge, welcome, news, event('news', { type: 'news' }))).toBe('inconclusive')
  expect(verdict(judge, welcome, message, event('news', { type: 'message' }))).toBe('fail')
})

test('identified: an id of printable ASCII is needed with each event of the types', () => {
  const judge = identified('client', 'message')
  const message = (id?: string): Planned => event('message', { type: 'message' }, id)
  expect(verdict(judge, event('welcome', { type: 'welcome' }), message('m-1'))).toBe('pass')
  expect(verdict(judge, message('m-1'), message())).toBe('fail')
  expect(verdict(judge, message(''))).toBe('fail')
  expect(verdict(judge, message('m 1'))).toBe('fail')
  expect(verdict(judge)).toBe('inconclusive')
})

test('unidentified: no event of the types has an id, and an empty one is one', () => {
  const judge = unidentified('client', 'heartbeat')
  const beat = (id?: string): Planned => event('heartbeat', { type: 'heartbeat' }, id)
  expect(verdict(judge, event('welcome', { type: 'welcome' }, 'm-1'), beat())).toBe('pass')
  expect(verdict(judge, beat(), beat('m-1'))).toBe('fail')
  expect(verdict(judge, beat(''))).toBe('fail')
  expect(verdict(judge)).toBe('inconclusive')
})
