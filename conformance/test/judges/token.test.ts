import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  challenged,
  endedAtExpiry,
  keptClientId,
  livesAsAsked,
  livesFromNow,
  minted,
  neverReached,
  sameConnectUrl,
  uncached,
  welcomedByItsId,
  withoutTokenInUrls,
} from '../../src/judges/token.ts'
import { answer, close, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const NOW = Date.parse('2026-10-01T12:00:00.000Z')
const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const asked = (as: string, body: object, atMs = NOW): Planned => ({
  ...request(as, '/v1/tokens', body),
  atMs,
})
const given = (as: string, body: object, headers = {}, atMs = NOW + 2): Planned => ({
  ...answer(as, 201, { token: 'secret', ...body }, headers),
  atMs,
})
const dying = (as: string, afterMs: number, headers = {}): Planned =>
  given(as, { expires_at: new Date(NOW + afterMs).toISOString() }, headers)

describe('answers with a token', () => {
  test('an answer without a token, or none at all, is not minted', () => {
    expect(verdict(minted('a'), given('a', {}))).toBe('pass')
    expect(verdict(minted('a'), answer('a', 200, { ok: true }))).toBe('fail')
    expect(verdict(minted('a'))).toBe('fail')
  })
  test('the client id must come back byte for byte', () => {
    const question = asked('a', { client_id: 'A\u030a' })
    expect(verdict(keptClientId('a'), question, given('a', { client_id: 'A\u030a' }))).toBe('pass')
    expect(verdict(keptClientId('a'), question, given('a', { client_id: '\u00c5' }))).toBe('fail')
  })
  test('the welcome must have the client id of the token, whole', () => {
    const judge = (id: string): string =>
      verdict(
        welcomedByItsId('a'),
        asked('a', { client_id: 'abc' }),
        envelope('a', { type: 'welcome', client_id: id }),
      )
    expect(judge('abc')).toBe('pass')
    expect(judge('ab')).toBe('fail')
    expect(verdict(welcomedByItsId('a'), asked('a', { client_id: 'abc' }))).toBe('inconclusive')
  })
  test('only no-store keeps it out of caches', () => {
    const sent = (value: string): Planned => given('a', {}, { 'cache-control': value })
    expect(verdict(uncached('a'), sent('private, No-Store'))).toBe('pass')
    expect(verdict(uncached('a'), sent('no-cache'))).toBe('fail')
    expect(verdict(uncached('a'), given('a', {}))).toBe('fail')
  })
  test('a URL with the token in it, percent-encoded or not, fails', () => {
    const url = (text: string): Planned => given('a', { token: 'a~b', connect_url: text })
    expect(verdict(withoutTokenInUrls('a'), url('wss://push.example/v1/connect'))).toBe('pass')
    expect(verdict(withoutTokenInUrls('a'), url('wss://push.example/?t=a~b'))).toBe('fail')
    expect(verdict(withoutTokenInUrls('a'), url('wss://push.example/?t=a%7Eb'))).toBe('fail')
  })
  test('two connect_urls are compared without their query', () => {
    const judge = sameConnectUrl('b', 'a')
    const one = given('a', { connect_url: 'wss://push.example/v1/connect?x=1' })
    const other = (url: string): Planned => given('b', { connect_url: url })
    expect(verdict(judge, one, other('wss://push.example/v1/connect?x=2'))).toBe('pass')
    expect(verdict(judge, one, other('wss://elsewhere.example/v1/connect'))).toBe('fail')
    expect(verdict(judge, one, answer('b', 421))).toBe('inconclusive')
  })
  test('a 401 without a Bearer challenge fails', () => {
    const refusal = (headers: Record<string, string>): Planned => answer('a', 401, '', headers)
    expect(verdict(challenged('a'), refusal({ 'www-authenticate': 'Bearer' }))).toBe('pass')
    expect(verdict(challenged('a'), refusal({ 'www-authenticate': 'Basic' }))).toBe('fail')
    expect(verdict(challenged('a'), refusal({}))).toBe('fail')
  })
})

describe('lives', () => {
  const two = [
    asked('a', { ttl_seconds: 60 }),
    dying('a', 60_000),
    asked('b', { ttl_seconds: 90.5 }),
  ]
  test.each([
    [90_500, 'pass'],
    [90_503, 'pass'],
    [90_000, 'fail'],
    [91_000, 'fail'],
  ])('of 90.5 s beside 60 s ends after %i ms: %s', (ms, expected) => {
    expect(verdict(livesAsAsked('b', 'a'), ...two, dying('b', ms))).toBe(expected)
  })
  test('without a named life the advertised one counts', () => {
    const question = asked('b', {})
    const [one, answered] = two as [Planned, Planned]
    const judge = livesAsAsked('b', 'a')
    expect(verdict(judge, one, answered, question, dying('b', 7_200_000))).toBe('pass')
    expect(verdict(judge, one, answered, question, dying('b', 3_600_000))).toBe('fail')
  })
  test('an unreadable expires_at says nothing', () => {
    expect(verdict(livesFromNow('a'), asked('a', {}), given('a', {}))).toBe('inconclusive')
  })
  test('the start is the Date of the answer, and the suite’s clock where it has none', () => {
    const question = asked('a', { ttl_seconds: 60 })
    const date = new Date(NOW + 600_000).toUTCString()
    expect(verdict(livesFromNow('a'), question, dying('a', 60_000))).toBe('pass')
    expect(verdict(livesFromNow('a'), question, dying('a', 65_000))).toBe('fail')
    expect(verdict(livesFromNow('a'), question, dying('a', 660_000, { date }))).toBe('pass')
    expect(verdict(livesFromNow('a'), question, dying('a', 60_000, { date }))).toBe('fail')
  })
  test.each([
    [900, 'fail'],
    [1000, 'pass'],
    [3000, 'pass'],
    [3500, 'fail'],
  ])('a connection of one second that ends after %i ms: %s', (ms, expected) => {
    const end = { ...close('a', 4300), atMs: NOW + ms }
    const events = [asked('a', { ttl_seconds: 1 }), dying('a', 1000), end]
    expect(verdict(endedAtExpiry('a'), ...events)).toBe(expected)
  })
  test('a connection that does not end says nothing about when it ends', () => {
    expect(verdict(endedAtExpiry('a'), asked('a', {}), dying('a', 1000))).toBe('inconclusive')
  })
  test('a late message must not have come before the end', () => {
    const judge = neverReached('a', () => 'late')
    const late = envelope('a', { type: 'message', data: 'late' })
    expect(verdict(judge, close('a', 4300))).toBe('pass')
    expect(verdict(judge, late, close('a', 4300))).toBe('fail')
    expect(verdict(judge)).toBe('inconclusive')
    expect(verdict(neverReached('a', () => undefined))).toBe('inconclusive')
  })
})
