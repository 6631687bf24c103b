import { expect, test } from 'vitest'
import { answeredAlike } from '../../src/judges/security.ts'
import { answer, type Planned, request, timelineOf } from '../timeline-builder.ts'

const verdict = (...events: Planned[]): string =>
  answeredAlike('used', ['one', 'two'])(timelineOf(events)).verdict
const asked = request('used', '/v1/messages')
const refusal = (as: string, members: object = {}, status = 401): Planned =>
  answer(as, status, { code: 'invalid-application-key', ...members }, { date: as })

test('answeredAlike: the same refusal for every id passes, dates and what differs per request aside', () => {
  expect(verdict(asked, refusal('used'), refusal('one'), refusal('two'))).toBe('pass')
  const named = (as: string): Planned => refusal(as, { instance: as })
  expect(verdict(asked, named('used'), named('one'), named('two'))).toBe('pass')
})

test('answeredAlike: another status, member or header for the id in use fails', () => {
  const twins = [refusal('one'), refusal('two')]
  expect(verdict(asked, refusal('used', {}, 403), ...twins)).toBe('fail')
  expect(verdict(asked, refusal('used', { detail: 'in use' }), ...twins)).toBe('fail')
  const marked = answer('used', 401, { code: 'invalid-application-key' }, { 'x-used': '1' })
  expect(verdict(asked, marked, ...twins)).toBe('fail')
})

test('answeredAlike: nothing is said where something is unanswered or not refused', () => {
  expect(verdict(asked, refusal('used'), refusal('one'))).toBe('inconclusive')
  expect(verdict(asked, refusal('used', {}, 200), refusal('one'), refusal('two'))).toBe(
    'inconclusive',
  )
  expect(verdict()).toBe('pass')
})
