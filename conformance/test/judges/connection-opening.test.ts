import { describe, expect, test } from 'vitest'
import {
  completed,
  onlyEnvelopes,
  saysExpiry,
  saysNewest,
  uniqueConnections,
  upgraded,
  welcomedFirst,
} from '../../src/judges/connection-opening.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const EXPIRES_AT = '2026-10-01T12:00:00.000Z'
const WELCOME = {
  type: 'welcome',
  client_id: 'ada',
  connection_id: 'c1',
  epoch: 7,
  seq: 0,
  heartbeat_seconds: 1,
  expires_at: EXPIRES_AT,
  expires_in_seconds: 59.99,
  resumed: false,
}
const welcome = (as: string, members: object = {}): Planned =>
  envelope(as, { ...WELCOME, ...members })
const mint: Planned[] = [
  { ...request('c', '/v1/tokens', { client_id: 'ada', ttl_seconds: 60 }), atMs: 1000 },
  { ...answer('c', 201, { token: 't', expires_at: EXPIRES_AT }), atMs: 1002 },
  { ...request('c', '/v1/connect'), atMs: 1004 },
]

describe('upgrades', () => {
  const protocol = (value: string): Planned =>
    answer('c', 101, '', { 'sec-websocket-protocol': value })
  test('name exactly the protocol', () => {
    expect(verdict(upgraded('c'), protocol('channel-protocol.v1'))).toBe('pass')
    expect(verdict(upgraded('c'), protocol('chat'))).toBe('fail')
    expect(verdict(upgraded('c'), answer('c', 101))).toBe('fail')
    expect(verdict(upgraded('c'), answer('c', 200))).toBe('fail')
  })
  test('are completed with 101', () => {
    expect(verdict(completed('c'), answer('c', 101))).toBe('pass')
    expect(verdict(completed('c'), answer('c', 426))).toBe('fail')
    expect(verdict(completed('c'))).toBe('fail')
  })
})

describe('welcomes', () => {
  const heartbeat = envelope('c', { type: 'heartbeat' })
  const ping: Planned = { kind: 'frame', as: 'c', type: 'ping', text: '' }
  test('come first, whole and for the right client id', () => {
    expect(verdict(welcomedFirst('c'), ...mint, ping, welcome('c'))).toBe('pass')
    expect(verdict(welcomedFirst('c'), ...mint, heartbeat, welcome('c'))).toBe('fail')
    expect(verdict(welcomedFirst('c'), ...mint, welcome('c', { client_id: 'bob' }))).toBe('fail')
    expect(verdict(welcomedFirst('c'), ...mint, welcome('c', { resumed: undefined }))).toBe('fail')
    expect(verdict(welcomedFirst('c'), ...mint)).toBe('fail')
  })
  test.each([
    [{}, 'pass'],
    [{ expires_at: '2026-10-01T12:00:01.000Z' }, 'fail'],
    [{ expires_in_seconds: 61 }, 'fail'],
    [{ expires_in_seconds: 59 }, 'fail'],
    [{ expires_in_seconds: '60' }, 'fail'],
  ])('say when the token dies: %o is %s', (members, expected) => {
    const events = [...mint, { ...welcome('c', members), atMs: 1010 }]
    expect(verdict(saysExpiry('c'), ...events)).toBe(expected)
  })
  test('that never came say nothing', () => {
    expect(verdict(saysExpiry('c'), ...mint)).toBe('inconclusive')
    expect(verdict(saysNewest('c', 'p'))).toBe('inconclusive')
    expect(verdict(uniqueConnections('c'))).toBe('inconclusive')
  })
  test.each([
    [{ seq: 3 }, 'pass'],
    [{ seq: 2 }, 'fail'],
    [{ seq: 3, epoch: 8 }, 'fail'],
  ])('have the newest seq and the epoch: %o is %s', (members, expected) => {
    const receipts = [2, 3].map((seq) => answer('p', 200, { seq, epoch: 7 }))
    expect(verdict(saysNewest('c', 'p'), ...receipts, welcome('c', members))).toBe(expected)
  })
  test('have seq 0 before the first message, and count no later one', () => {
    const later = answer('p', 200, { seq: 1, epoch: 7 })
    expect(verdict(saysNewest('c', 'p'), welcome('c'), later)).toBe('pass')
    expect(verdict(saysNewest('c', 'p'), welcome('c', { seq: 1 }), later)).toBe('fail')
  })
  test('without a receipt to compare with say nothing', () => {
    const broken = answer('p', 200, { epoch: 7 })
    expect(verdict(saysNewest('c', 'p'), broken, welcome('c'))).toBe('inconclusive')
  })
  test('have ids of their own', () => {
    const two = (id: string): Planned[] => [welcome('c'), welcome('d', { connection_id: id })]
    expect(verdict(uniqueConnections('c', 'd'), ...two('c2'))).toBe('pass')
    expect(verdict(uniqueConnections('c', 'd'), ...two('c1'))).toBe('fail')
  })
})

describe('frames', () => {
  const frame = (type: 'text' | 'binary', text: string): Planned => ({
    kind: 'frame',
    as: 'c',
    type,
    text,
  })
  test.each([
    ['text', '{"type":"x"}', 'pass'],
    ['binary', '{"type":"x"}', 'fail'],
    ['text', '[{"type":"x"}]', 'fail'],
    ['text', '{"kind":"x"}', 'fail'],
    ['text', 'hello', 'fail'],
  ] as const)('of type %s with %s: %s', (type, text, expected) => {
    expect(verdict(onlyEnvelopes('c', 2), welcome('c'), frame(type, text))).toBe(expected)
  })
  test('that are too few say nothing', () => {
    expect(verdict(onlyEnvelopes('c', 2), welcome('c'))).toBe('inconclusive')
  })
})
