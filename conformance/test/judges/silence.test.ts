import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  heartbeatsInTime,
  heartbeatsNotBefore,
  pingsInTime,
  pingsNotBefore,
} from '../../src/judges/silence.ts'
import { envelope, type Planned, request, sent, timelineOf } from '../timeline-builder.ts'

// The registry's default and largest delay: 25 + 2 s.
const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const at = (atMs: number, event: Planned): Planned => ({ ...event, atMs })
const ping: Planned = { kind: 'frame', as: 'client', type: 'ping', text: '' }
const upgrade = at(0, request('client', 'ws://127.0.0.1:1/v1/connect'))
const welcome = at(0, envelope('client', { type: 'welcome' }))
const beat = envelope('client', { type: 'heartbeat' })

describe('pingsInTime', () => {
  const judge = pingsInTime('client', 2)
  test('Pings each within the largest delay after the last byte pass', () => {
    expect(verdict(judge, upgrade, at(27_000, ping), at(54_000, ping))).toBe('pass')
    expect(
      verdict(judge, upgrade, sent('client', 20_000), at(47_000, ping), at(72_000, ping)),
    ).toBe('pass')
  })
  test('a later one, or none, fails', () => {
    expect(verdict(judge, upgrade, at(27_001, ping), at(54_000, ping))).toBe('fail')
    expect(verdict(judge, upgrade, at(25_000, ping))).toBe('fail')
  })
})

describe('pingsNotBefore', () => {
  const judge = pingsNotBefore('client')
  test('a Ping after the whole silence passes', () => {
    expect(verdict(judge, upgrade, at(25_000, ping), at(50_000, ping))).toBe('pass')
  })
  test('one a moment earlier fails, counted from what the client sent last', () => {
    expect(verdict(judge, upgrade, at(24_999, ping))).toBe('fail')
    expect(verdict(judge, upgrade, sent('client', 24_999), at(25_000, ping))).toBe('fail')
    expect(verdict(judge, upgrade, at(25_000, ping), at(49_999, ping))).toBe('fail')
  })
  test('without a Ping nothing can be said', () => {
    expect(verdict(judge, upgrade)).toBe('inconclusive')
  })
})

describe('heartbeatsInTime', () => {
  const judge = heartbeatsInTime('client', 2)
  test('heartbeats each within the largest delay after the last envelope pass', () => {
    expect(verdict(judge, welcome, at(27_000, beat), at(54_000, beat))).toBe('pass')
  })
  test('a later one, or none, fails', () => {
    expect(verdict(judge, welcome, at(25_000, beat), at(52_001, beat))).toBe('fail')
    expect(verdict(judge, welcome, at(25_000, beat))).toBe('fail')
  })
})

describe('heartbeatsNotBefore', () => {
  const judge = heartbeatsNotBefore('client')
  const message = envelope('client', { type: 'message', id: 'm', seq: 1, data: 'x' })
  test('a heartbeat after the whole silence passes, Pings being no envelopes', () => {
    expect(verdict(judge, welcome, at(20_000, ping), at(25_000, beat))).toBe('pass')
  })
  test('one a moment earlier fails, counted from the last envelope', () => {
    expect(verdict(judge, welcome, at(24_999, beat))).toBe('fail')
    expect(verdict(judge, welcome, at(24_999, message), at(25_000, beat))).toBe('fail')
  })
  test('without a heartbeat nothing can be said', () => {
    expect(verdict(judge, welcome)).toBe('inconclusive')
  })
})
