import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()
const KEY = 'a signing key that is long enough'
const claims = { clientId: 'ann é😀', expiresAtMs: 1_800_000_000_123, generation: 7 }
const NONCE = Buffer.alloc(16)
const token = rules.mintToken(claims, KEY, NONCE)

test('a token of the longest client id matches the grammar and gives its claims back', () => {
  const longest = { clientId: '😀'.repeat(64), expiresAtMs: 1, generation: 8 }
  const minted = rules.mintToken(longest, KEY, NONCE)
  expect(minted).toMatch(/^[A-Za-z0-9\-._~]{1,4096}$/)
  expect(rules.verifyToken(minted, KEY)).toEqual(longest)
})

test('a token verifies only as it was minted and with the key that signed it', () => {
  expect(rules.verifyToken(token, KEY)).toEqual(claims)
  expect(rules.verifyToken(token, `${KEY}.`)).toBeUndefined()
  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === 'A' ? 'B' : 'A'
    const changed = token.slice(0, index) + other + token.slice(index + 1)
    expect(rules.verifyToken(changed, KEY)).toBeUndefined()
  }
})

test.each(['', '.', 'a.b.c', `${token}.`, token.slice(0, -1), `${token}=`, 'x'.repeat(4097)])(
  '%j is no token',
  (text) => {
    expect(rules.verifyToken(text, KEY)).toBeUndefined()
  },
)

test('two tokens for the same claims differ by their random bytes', () => {
  expect(rules.mintToken(claims, KEY, Buffer.alloc(16, 1))).not.toBe(token)
})

test.each([
  [undefined, 7200],
  [1, 1],
  [1.5, 1.5],
  [86_400, 86_400],
])('a ttl of %s lasts %d seconds', (value, seconds) => {
  expect(rules.readTtl(value, 7200)).toBe(seconds)
})

test.each([0, 0.99, 86_401, -1, null, '60', true, Number.NaN])(
  'a ttl of %s is refused',
  (value) => {
    expect(() => rules.readTtl(value, 7200)).toThrow('ttl_seconds is not a number from 1 to 86400')
  },
)

test('a token is live until the instant of its expiry and expired from then on', () => {
  expect(rules.decideTokenAge(1000, 999)).toBe('live')
  expect(rules.decideTokenAge(1000, 1000)).toBe('expired')
})

test('each of two live keys opens, and nothing else', () => {
  const facts = { authorization: undefined, contentType: undefined }
  const call = { ...facts, method: 'POST', path: '/v1/tokens', query: '' }
  const decide = (key?: string): string => rules.decideKey(key, ['first-key', 'second-key'], call)
  expect(['first-key', 'second-key'].map(decide)).toEqual(['live', 'live'])
  expect([undefined, '', 'first-ke', 'first-key2'].map(decide)).toEqual(Array(4).fill('unknown'))
})
