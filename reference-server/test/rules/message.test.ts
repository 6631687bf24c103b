import { expect, test } from 'vitest'
import { makeRateGate } from '../../src/rules/rate-gate.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeFakeClock } from '../fake-clock.ts'

const rules = makeRules()

test('data is measured in bytes of UTF-8', () => {
  expect(rules.decideDataSize('é'.repeat(5), 10)).toBeUndefined()
  expect(rules.decideDataSize('é'.repeat(5), 9)).toMatchObject({
    slug: 'payload-too-large',
    extra: { maxBytes: 9 },
  })
  expect(rules.decideDataSize('😀', 4)).toBeUndefined()
})

test('an epoch is above every one before, also when the clock stands still or goes back', () => {
  expect(rules.decideEpoch(5, 0)).toBe(5000)
  expect(rules.decideEpoch(5, 5000)).toBe(5001)
  expect(rules.decideEpoch(4, 5001)).toBe(5002)
})

test('the id of a message writes its epoch and its number in base 36, however large', () => {
  for (const epoch of [
    1,
    35,
    36 ** 5 - 1,
    36 ** 5,
    36 ** 5 + 1,
    1_795_287_600_000_000,
    2 ** 53 - 1,
  ])
    expect(rules.makeMessageId({ epoch, seq: 37 })).toBe(`msg_${epoch.toString(36)}_11`)
})

test('a burst is let through up to the rate, then the wait is named and refills', async () => {
  const clock = makeFakeClock()
  const take = makeRateGate(rules, clock, { perSecond: 4, what: 'messages' })
  for (let index = 0; index < 4; index += 1) take('ann')
  expect(() => take('ann')).toThrow('more than 4 messages per second')
  take('bob')
  await clock.advance(250)
  take('ann')
  expect(() => take('ann')).toThrow()
})
