import { expect, test } from 'vitest'
import { firstDelivered, undisturbed } from '../../src/judges/neighbour.ts'
import { answer, close, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

const posted = (data: string): Planned => request('post', '/v1/messages', { client_id: 'a', data })
const accepted = answer('post', 200)
const arrived = (data: string): Planned => envelope('neighbour', { type: 'message', data })

test('undisturbed: every post accepted and delivered on one open connection passes', () => {
  const verdict = (...events: Planned[]): string =>
    undisturbed('neighbour', 'post')(timelineOf(events)).verdict
  const first = [posted('one'), accepted, arrived('one')]
  expect(verdict(...first, posted('two'), accepted, arrived('two'))).toBe('pass')
  expect(verdict(...first, posted('two'), accepted)).toBe('fail')
  expect(verdict(...first, posted('two'), answer('post', 503))).toBe('fail')
  expect(verdict(...first, posted('two'))).toBe('fail')
  expect(verdict(...first, close('neighbour', 4103))).toBe('fail')
  expect(verdict()).toBe('inconclusive')
})

test('firstDelivered: asks for the first message alone', () => {
  const verdict = (...events: Planned[]): string =>
    firstDelivered('neighbour', 'post')(timelineOf(events)).verdict
  expect(verdict(posted('one'), arrived('one'), posted('two'))).toBe('pass')
  expect(verdict(posted('one'), posted('two'), arrived('two'))).toBe('fail')
})
