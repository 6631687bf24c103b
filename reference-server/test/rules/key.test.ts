import { expect, test } from 'vitest'
import { keyRules } from '../../src/rules/key.ts'

const call = {
  authorization: undefined,
  contentType: undefined,
  method: 'POST',
  path: '/v1/messages',
  query: '',
}
const LONG = 'k'.repeat(600)
const live = ['first-key-of-somebody', LONG]

test.each(['first-key-of-somebody', LONG])('a live key is live', (key) => {
  expect(keyRules.decideKey(key, live, call)).toBe('live')
})

test.each([
  'first-key-of-somebod',
  'first-key-of-somebody2',
  'First-key-of-somebody',
  LONG.slice(1),
  `${LONG}k`,
  '',
  undefined,
])('any other key is unknown', (key) => {
  expect(keyRules.decideKey(key, live, call)).toBe('unknown')
})
