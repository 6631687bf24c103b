import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

test.each([
  [undefined, false],
  [false, false],
  [true, true],
])('revoke_tokens of %s is read as %s', (value, expected) => {
  expect(rules.readRevocation(value)).toBe(expected)
})

test.each(['true', '', 1, 0, null, [], {}])('revoke_tokens of %j is refused', (value) => {
  expect(() => rules.readRevocation(value)).toThrow('revoke_tokens is neither true nor false')
})

test('a token is dead when its generation is below that of its client id, and lives when it is equal', () => {
  expect(rules.decideRevoked(6, 7)).toBe('token-invalid')
  expect(rules.decideRevoked(7, 7)).toBeUndefined()
  expect(rules.decideRevoked(0, 0)).toBeUndefined()
})
