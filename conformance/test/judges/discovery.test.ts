import { LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { describe, expect, test } from 'vitest'
import { cacheable, inRange, namesProtocol, servedAsDiscovery } from '../../src/judges/discovery.ts'
import type { Judge } from '../../src/judges/finding.ts'
import { answer, type Planned, timelineOf } from '../timeline-builder.ts'

const profiles = ['core', 'robust']
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { profiles })).verdict
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const of = <T extends { default: unknown }>(rows: Record<string, T>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.default]))
const DOCUMENT = {
  protocol: 'channel-protocol.v1',
  implementation: { name: 'example', version: '1' },
  profiles,
  limits: of(LIMITS),
  timings: of(TIMINGS),
  origins: 'any',
  test_timings: false,
}
const served = (members: object, headers: Record<string, string> = JSON_TYPE): Planned =>
  answer('r', 200, { ...DOCUMENT, ...members }, headers)

describe('a discovery document', () => {
  test('is served as JSON and accepted by its schema', () => {
    expect(verdict(servedAsDiscovery('r'), served({}))).toBe('pass')
    expect(verdict(servedAsDiscovery('r'), served({}, { 'content-type': 'text/plain' }))).toBe(
      'fail',
    )
    expect(verdict(servedAsDiscovery('r'), served({ limits: undefined }))).toBe('fail')
    expect(verdict(servedAsDiscovery('r'), answer('r', 401))).toBe('fail')
    expect(verdict(servedAsDiscovery('r'))).toBe('fail')
  })
  test('names the protocol', () => {
    expect(verdict(namesProtocol('r'), served({ limits: undefined }))).toBe('pass')
    expect(verdict(namesProtocol('r'), answer('r', 200, { ok: true }))).toBe('fail')
    expect(verdict(namesProtocol('r'), answer('r', 404, DOCUMENT))).toBe('fail')
  })
  test.each([
    ['floor', { limits: { ...DOCUMENT.limits, data_bytes: 1024 } }, 'fail'],
    ['most', { limits: { ...DOCUMENT.limits, client_id_bytes: 512 } }, 'fail'],
    ['number', { timings: { ...DOCUMENT.timings, heartbeat_seconds: '25' } }, 'fail'],
    ['least', { timings: { ...DOCUMENT.timings, heartbeat_seconds: 1 } }, 'fail'],
    ['presence', { limits: { ...DOCUMENT.limits, header_bytes: undefined } }, 'fail'],
    ['profiles', { timings: { ...DOCUMENT.timings, presence_grace_seconds: undefined } }, 'pass'],
  ])('has every value in its range: %s', (_what, members, expected) => {
    expect(verdict(inRange('r'), served(members))).toBe(expected)
  })
  test('has lower bounds with test timings', () => {
    const timings = { ...DOCUMENT.timings, heartbeat_seconds: 0.5 }
    expect(verdict(inRange('r'), served({ test_timings: true, timings }))).toBe('pass')
    const tiny = { ...DOCUMENT.timings, heartbeat_seconds: 0.1 }
    expect(verdict(inRange('r'), served({ test_timings: true, timings: tiny }))).toBe('fail')
  })
  test('may be cached for a while', () => {
    expect(verdict(cacheable('r'), served({}, { 'cache-control': 'max-age=60' }))).toBe('pass')
    expect(verdict(cacheable('r'), served({}, { 'cache-control': 'no-store' }))).toBe('fail')
    expect(verdict(cacheable('r'), served({}, {}))).toBe('fail')
  })
})
