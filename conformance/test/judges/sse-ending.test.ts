import { expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  closeIdentified,
  endedByEvent,
  FILLED,
  givenUp,
  livedItsLife,
  quickerThan,
  silentForABeat,
  stillYoung,
  WAITED,
} from '../../src/judges/sse-ending.ts'
import { answer, close, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict

const event = (name: string, value: object, id?: string): Planned => ({
  kind: 'frame',
  as: 'client',
  type: 'text',
  text: JSON.stringify(value),
  event: { name, id },
})

const closing = (code: number, reason: string, id?: string): Planned =>
  event('close', { type: 'close', code, reason }, id)

const END: Planned = { kind: 'end', as: 'client' }

test('endedByEvent: a close event of one row, nothing behind it, and the end of the answer', () => {
  const judge = endedByEvent('client')
  const replaced = closing(4009, 'replaced')
  expect(verdict(judge, replaced, close('client', 4009, 'replaced'), END)).toBe('pass')
  expect(verdict(judge, replaced)).toBe('fail')
  const cut: Planned = { kind: 'failure', as: 'client', what: 'other side closed' }
  expect(verdict(judge, replaced, cut, END)).toBe('fail')
  expect(verdict(judge, event('news', {}), replaced, END)).toBe('pass')
  expect(verdict(judge, replaced, event('heartbeat', { type: 'heartbeat' }), END)).toBe('fail')
  expect(verdict(judge, closing(4009, ''), END)).toBe('fail')
  expect(verdict(judge, closing(4009, 'draining'), END)).toBe('fail')
  expect(verdict(judge, close('client', 1006), END)).toBe('fail')
})

test('closeIdentified: codes from 4000 to 4099 have the id that stops, others none', () => {
  const judge = closeIdentified('client')
  expect(verdict(judge, closing(4009, 'replaced', 'closed-4009'))).toBe('pass')
  expect(verdict(judge, closing(4201, 'max-lifetime'))).toBe('pass')
  expect(verdict(judge, closing(4009, 'replaced'))).toBe('fail')
  expect(verdict(judge, closing(4009, 'replaced', 'closed-4010'))).toBe('fail')
  expect(verdict(judge, closing(4201, 'max-lifetime', 'closed-4201'))).toBe('fail')
  expect(verdict(judge, close('client', 1006))).toBe('inconclusive')
})

test('livedItsLife: 4201 no earlier than the lifetime after the welcome and in time', () => {
  // The registry's default is 300 s, its largest delay 2 s.
  const judge = livedItsLife('client')
  const begun = [
    { ...request('client', '/v1/connect'), atMs: 0 },
    { ...envelope('client', { type: 'welcome' }), atMs: 100 },
  ]
  const closedAt = (atMs: number, code = 4201): Planned => ({ ...close('client', code), atMs })
  expect(verdict(judge, ...begun, closedAt(300_000))).toBe('pass')
  expect(verdict(judge, ...begun, closedAt(302_300))).toBe('pass')
  expect(verdict(judge, ...begun, closedAt(299_900))).toBe('fail')
  expect(verdict(judge, ...begun, closedAt(302_400))).toBe('fail')
  expect(verdict(judge, ...begun, closedAt(300_000, 4200))).toBe('fail')
  expect(verdict(judge, closedAt(300_000))).toBe('inconclusive')
})

test('stillYoung: an end for its age fails where it came before the last event of the other role', () => {
  const judge = stillYoung('client', 'other')
  const old = close('client', 4201)
  expect(verdict(judge, answer('other', 200), old)).toBe('pass')
  expect(verdict(judge, close('client', 4009), answer('other', 200))).toBe('pass')
  expect(verdict(judge, old, answer('other', 200))).toBe('fail')
})

test('silentForABeat: the heartbeats came, or nothing for as long as one may be late', () => {
  // The registry's default is 25 s, its largest delay 2 s.
  const judge = silentForABeat('client', 1)
  const eventAt = (atMs: number, type: string): Planned => ({ ...event(type, { type }), atMs })
  const waitedAt = (atMs: number): Planned => ({ kind: 'note', as: WAITED, what: '', atMs })
  const welcome = eventAt(0, 'welcome')
  expect(verdict(judge, welcome, eventAt(25_000, 'heartbeat'), waitedAt(25_000))).toBe('pass')
  expect(verdict(judge, welcome, waitedAt(27_000))).toBe('pass')
  expect(verdict(judge, welcome, eventAt(20_000, 'news'), waitedAt(27_000))).toBe('fail')
  expect(verdict(judge, welcome)).toBe('fail')
})

test('quickerThan: all together took less than the timer', () => {
  const judge = quickerThan('sse_lifetime_seconds')
  const at = (atMs: number): Planned => ({ ...answer('post', 200), atMs })
  expect(verdict(judge, at(0), at(299_999))).toBe('pass')
  expect(verdict(judge, at(0), at(300_000))).toBe('fail')
})

test('givenUp: receipts count the reader no longer before it is too old', () => {
  // The registry's defaults: a stall of 10 s with 3 s of delay, a life of 300 s.
  const judge = givenUp('slow', 'filler')
  const welcome = { ...envelope('slow', { type: 'welcome' }), atMs: 0 }
  const filledAt = (atMs: number): Planned => ({ kind: 'note', as: FILLED, what: 'filled', atMs })
  const receiptAt = (atMs: number, connections: number): Planned => ({
    ...answer('filler', 200, { connections }),
    atMs,
  })
  expect(verdict(judge, welcome, filledAt(1000), receiptAt(14_000, 0))).toBe('pass')
  expect(verdict(judge, welcome, filledAt(1000), receiptAt(14_000, 1))).toBe('fail')
  expect(verdict(judge, welcome, filledAt(1000), receiptAt(300_000, 0))).toBe('fail')
  expect(verdict(judge, welcome, filledAt(290_000), receiptAt(303_000, 0))).toBe('inconclusive')
  expect(verdict(judge, welcome, receiptAt(1, 1))).toBe('inconclusive')
})
