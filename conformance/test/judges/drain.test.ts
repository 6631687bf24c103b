import { expect, test } from 'vitest'
import {
  announcedBeforeClose,
  drained,
  refusedForCapacity,
  turnedAway,
} from '../../src/judges/drain.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, close, envelope, type Planned, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict

test('refusedForCapacity: 4100 after the upgrade and 503 before it pass, a welcome and other rows fail', () => {
  const judge = refusedForCapacity('beyond')
  const minted = answer('beyond', 201, { token: 't' })
  const open: Planned = { kind: 'open', as: 'beyond', subprotocol: 'channel-protocol.v1' }
  expect(verdict(judge, minted, open, close('beyond', 4100))).toBe('pass')
  expect(verdict(judge, minted, answer('beyond', 503, { code: 'over-capacity' }))).toBe('pass')
  expect(verdict(judge, minted, answer('beyond', 503, { code: 'unavailable' }))).toBe('fail')
  expect(verdict(judge, minted, open, envelope('beyond', { type: 'welcome' }))).toBe('fail')
  expect(verdict(judge, minted, open, close('beyond', 4101))).toBe('fail')
  expect(verdict(judge)).toBe('fail')
})

test('announcedBeforeClose: a reconnect envelope with after_seconds has to precede the close', () => {
  const judge = announcedBeforeClose('client')
  const notice = envelope('client', { type: 'reconnect', after_seconds: 0 })
  const closed = close('client', 4200)
  expect(verdict(judge, notice, closed)).toBe('pass')
  expect(verdict(judge, closed)).toBe('fail')
  expect(verdict(judge, closed, notice)).toBe('fail')
  expect(verdict(judge, envelope('client', { type: 'reconnect' }), closed)).toBe('fail')
  expect(verdict(judge, notice)).toBe('inconclusive')
})

test('drained: 4200 within the drain time and its largest delay passes', () => {
  // The registry's default is 10 s, its largest delay 2 s.
  const judge = drained('client', 'service')
  const asked: Planned = { kind: 'instance', as: 'service', what: 'draining', atMs: 0 }
  const closedAt = (atMs: number, code = 4200): Planned => ({ ...close('client', code), atMs })
  expect(verdict(judge, asked, closedAt(12_000))).toBe('pass')
  expect(verdict(judge, asked, closedAt(12_001))).toBe('fail')
  expect(verdict(judge, asked, closedAt(1, 1001))).toBe('fail')
  expect(verdict(judge, asked)).toBe('fail')
  expect(verdict(judge, closedAt(1))).toBe('inconclusive')
})

test('turnedAway: no welcome passes, a welcome has to be followed by a close in time', () => {
  const judge = turnedAway('late', 'service')
  const asked: Planned = { kind: 'instance', as: 'service', what: 'draining', atMs: 0 }
  const welcome = envelope('late', { type: 'welcome' })
  expect(verdict(judge, asked, answer('late', 503))).toBe('pass')
  expect(verdict(judge, asked, welcome, close('late', 4200))).toBe('pass')
  expect(verdict(judge, asked, welcome)).toBe('fail')
})
