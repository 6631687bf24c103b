import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

test('connections are closed spread over the drain time', () => {
  expect([0, 0.5, 0.999].map((fraction) => rules.decideDrainDelayMs(fraction, 10))).toEqual([
    0, 5000, 9990,
  ])
})

test('clients are told to stay away for some of the drain time, at most five seconds', () => {
  expect(rules.decideComeback(0.5, 2)).toBe(1)
  expect(rules.decideComeback(0.5, 300)).toBe(2.5)
})
