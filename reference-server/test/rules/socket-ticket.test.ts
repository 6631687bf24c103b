import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()
const KEY = 'a signing key that is long enough'
const claims = { path: 'rooms/고객?%2f', expiresAtMs: 1_800_000_000_123 }
const NONCE = Buffer.alloc(16)
const ticket = rules.mintTicket(claims, KEY, NONCE)

test('a ticket of the longest path matches the grammar and gives its claims back', () => {
  for (const path of ['', 'é'.repeat(512), '"'.repeat(1024)]) {
    const minted = rules.mintTicket({ path, expiresAtMs: 1 }, KEY, NONCE)
    expect(minted).toMatch(/^[A-Za-z0-9\-._~]{1,4096}$/)
    expect(rules.verifyTicket(minted, KEY)).toEqual({ path, expiresAtMs: 1 })
  }
})

test('a ticket verifies only as it was minted and with the key that signed it', () => {
  expect(rules.verifyTicket(ticket, KEY)).toEqual(claims)
  expect(rules.verifyTicket(ticket, `${KEY}.`)).toBeUndefined()
  for (let index = 0; index < ticket.length; index += 1) {
    const other = ticket[index] === 'A' ? 'B' : 'A'
    const changed = ticket.slice(0, index) + other + ticket.slice(index + 1)
    expect(rules.verifyTicket(changed, KEY)).toBeUndefined()
  }
})

test.each(['', '.', '...', 'a.b.c.d', `${ticket}.`, `${ticket}/`, ticket.slice(0, -1)])(
  '%j is no ticket',
  (text) => {
    expect(rules.verifyTicket(text, KEY)).toBeUndefined()
  },
)

test('a token is never a ticket, nor a ticket a token', () => {
  const token = rules.mintToken({ clientId: 'ann', expiresAtMs: 1, generation: 0 }, KEY, NONCE)
  expect(rules.verifyTicket(token, KEY)).toBeUndefined()
  expect(rules.verifyToken(ticket, KEY)).toBeUndefined()
})

test('two tickets for the same claims differ by their random bytes', () => {
  expect(rules.mintTicket(claims, KEY, Buffer.alloc(16, 1))).not.toBe(ticket)
})

test.each([
  ['http://127.0.0.1:9', 'ws://127.0.0.1:9/v1/socket/t'],
  ['https://push.example/acme', 'wss://push.example/acme/v1/socket/t'],
])('a socket URL below %s is %s, whatever the request says', (baseUrl, url) => {
  expect(rules.makeSocketUrl({ baseUrl, host: 'evil.example', ticket: 't' })).toBe(url)
})
