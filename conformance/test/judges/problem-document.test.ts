import { PROBLEM_TYPE_BASE, PROBLEMS } from '@channel-protocol/schemas/registry'
import { describe, expect, test } from 'vitest'
import { documented, repeatsNoSecret } from '../../src/judges/problem-document.ts'
import { answer, close, type Planned, timelineOf } from '../timeline-builder.ts'

const { status, code, title } = PROBLEMS['not-found']
const document = { status, code, type: `${PROBLEM_TYPE_BASE}${code}`, title }
const problem = (
  members: object,
  sentStatus = 404,
  type = 'application/problem+json; charset=utf-8',
): Planned => answer('client', sentStatus, { ...document, ...members }, { 'content-type': type })

describe('documented', () => {
  const verdict = (...events: Planned[]): string => documented('client')(timelineOf(events)).verdict
  test('the document of a row passes, other members and parameters of the media type included', () => {
    expect(verdict(problem({ detail: 'nothing here' }))).toBe('pass')
  })
  test('without any refusal nothing is said', () => {
    expect(verdict(answer('client', 200))).toBe('inconclusive')
    expect(verdict()).toBe('inconclusive')
  })
  test.each([
    ['another media type', problem({}, 404, 'application/json')],
    ['a code that no row has', problem({ code: 'gone' })],
    ['another title', problem({ title: 'Oops' })],
    ['another type', problem({ type: 'about:blank' })],
    ['another status in the document', problem({ status: 400 })],
    ['another status of the answer', problem({}, 200)],
    ['no JSON', answer('client', 404, 'nope', { 'content-type': 'application/problem+json' })],
  ])('%s fails', (_name, event) => {
    expect(verdict(event)).toBe('fail')
  })
})

describe('repeatsNoSecret', () => {
  const verdict = (...events: Planned[]): string => repeatsNoSecret(timelineOf(events)).verdict
  const asked = (headers: Readonly<Record<string, string>>): Planned => ({
    kind: 'request',
    as: 'client',
    method: 'POST',
    url: 'http://127.0.0.1:1/v1/tokens',
    headers,
    body: '',
  })
  const call = asked({ authorization: 'Bearer key-1' })
  const upgrade = asked({
    'sec-websocket-protocol': 'channel-protocol.v1, channel-token.token-1',
  })
  test('refusals that say nothing of what was sent pass', () => {
    expect(verdict(call, answer('client', 401, 'no'), upgrade, close('client', 4301, 'no'))).toBe(
      'pass',
    )
  })
  test('a key in a problem document fails', () => {
    expect(verdict(call, answer('client', 401, 'not key-1'))).toBe('fail')
  })
  test('a token in a close reason fails', () => {
    expect(verdict(upgrade, close('client', 4301, 'bad token-1'))).toBe('fail')
  })
  test('a secret in an answer that is no refusal is not judged', () => {
    expect(verdict(call, answer('client', 201, 'key-1'))).toBe('inconclusive')
  })
})
