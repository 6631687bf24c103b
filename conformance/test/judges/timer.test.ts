import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  closedAfterPing,
  ended,
  endedAfterClose,
  endedAfterOpening,
  hasPing,
  heartbeats,
  notReset,
  pingedTwice,
  promises,
  receivedClose,
} from '../../src/judges/timer.ts'
import { close, envelope, note, type Planned, timelineOf } from '../timeline-builder.ts'

// The registry's defaults and largest delays: close 2 + 2 s, request 10 + 3 s, heartbeat 25 + 2 s, pong 10 + 2 s.
const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const at = (atMs: number, event: Planned): Planned => ({ ...event, atMs })
const end: Planned = { kind: 'end', as: 'client' }
const ping: Planned = { kind: 'frame', as: 'client', type: 'ping', text: '' }
const welcome = at(0, envelope('client', { type: 'welcome' }))
const beat = envelope('client', { type: 'heartbeat' })

test('endedAfterClose: an end within the close timeout passes, a later one or none fails', () => {
  const judge = endedAfterClose('client')
  const closed = at(0, close('client', 4008))
  expect(verdict(judge, closed, at(4000, end))).toBe('pass')
  expect(verdict(judge, closed, at(4001, end))).toBe('fail')
  expect(verdict(judge, closed)).toBe('fail')
  expect(verdict(judge, end)).toBe('inconclusive')
})

test('endedAfterOpening: an end within the request timeout passes, a later one or none fails', () => {
  const judge = endedAfterOpening('client')
  const opened = at(0, note('client'))
  expect(verdict(judge, opened, at(13_000, end))).toBe('pass')
  expect(verdict(judge, opened, at(13_001, end))).toBe('fail')
  expect(verdict(judge, opened)).toBe('fail')
  expect(verdict(judge, end)).toBe('inconclusive')
})

test('pingedTwice: two Pings in time pass, a later one or none fails', () => {
  const judge = pingedTwice('client')
  expect(verdict(judge, welcome, at(27_000, ping), at(54_000, ping))).toBe('pass')
  expect(verdict(judge, welcome, at(27_000, ping), at(54_001, ping))).toBe('fail')
  expect(verdict(judge, welcome, at(27_001, ping), at(28_000, ping))).toBe('fail')
  expect(verdict(judge, welcome, at(27_000, ping))).toBe('fail')
  expect(verdict(judge, welcome)).toBe('fail')
  expect(verdict(judge, ping)).toBe('inconclusive')
})

test('promises: a welcome with the advertised silence passes, with another fails', () => {
  const judge = promises('client')
  const promise = (seconds: number) =>
    envelope('client', { type: 'welcome', heartbeat_seconds: seconds })
  expect(verdict(judge, promise(25))).toBe('pass')
  expect(verdict(judge, promise(50))).toBe('fail')
})

describe('heartbeats', () => {
  const judge = heartbeats('client', 2)
  test('each in time after the envelope before it passes', () => {
    expect(verdict(judge, welcome, at(27_000, beat), at(54_000, beat))).toBe('pass')
    const message = at(20_000, envelope('client', { type: 'message' }))
    expect(verdict(judge, welcome, message, at(47_000, beat), at(50_000, beat))).toBe('pass')
  })
  test('on a stream an event of any type puts a heartbeat off', () => {
    const event = { name: 'news', id: undefined }
    const news: Planned = { kind: 'frame', as: 'client', type: 'text', text: 'hi', event }
    const begun = [welcome, at(20_000, news)]
    expect(verdict(judge, ...begun, at(47_000, beat), at(74_000, beat))).toBe('pass')
    expect(verdict(judge, ...begun, at(47_001, beat), at(74_000, beat))).toBe('fail')
  })
  test('one that is late or missing fails', () => {
    expect(verdict(judge, welcome, at(27_000, beat), at(54_001, beat))).toBe('fail')
    expect(verdict(judge, welcome, at(27_000, beat))).toBe('fail')
    expect(verdict(judge, welcome)).toBe('fail')
  })
  test('without a welcome nothing is said', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

test('closedAfterPing: a close in time passes, a later one or none fails', () => {
  const judge = closedAfterPing('client')
  expect(verdict(judge, at(0, ping), at(12_000, close('client', 4104)))).toBe('pass')
  expect(verdict(judge, at(0, ping), at(12_001, close('client', 4104)))).toBe('fail')
  expect(verdict(judge, at(0, ping))).toBe('fail')
  expect(verdict(judge, close('client', 4104))).toBe('inconclusive')
})

test('hasPing: a Ping passes, a Pong does not', () => {
  expect(verdict(hasPing('client'), ping)).toBe('pass')
  expect(verdict(hasPing('client'), { ...ping, type: 'pong' } as Planned)).toBe('fail')
})

test('ended: a close or the end of the stream passes, an open connection fails', () => {
  expect(verdict(ended('client'), close('client', 1006))).toBe('pass')
  expect(verdict(ended('client'), end)).toBe('pass')
  expect(verdict(ended('client'), welcome)).toBe('fail')
})

test('receivedClose: any Close frame passes, an end without one fails', () => {
  expect(verdict(receivedClose('client'), close('client', 4008))).toBe('pass')
  expect(verdict(receivedClose('client'), close('client', 1006))).toBe('fail')
  expect(verdict(receivedClose('client'), end)).toBe('fail')
})

test('notReset: a reset fails', () => {
  expect(verdict(notReset('client'), end)).toBe('pass')
  expect(verdict(notReset('client'), { kind: 'failure', as: 'client', what: 'reset' })).toBe('fail')
})
