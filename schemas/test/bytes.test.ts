/** Proves what the byte rules say of values that no vector can hold; the rest is in the vectors' test. */
import { expect, it } from 'vitest'
import { clientIdIsLegal, textIsLegal, utf8Bytes } from '../src/bytes.ts'

it.each([undefined, null, 7, true, ['alice'], { client_id: 'alice' }])(
  'takes %j neither for a client id nor for text',
  (value) => {
    expect(clientIdIsLegal(value)).toBe(false)
    expect(textIsLegal(value, 100)).toBe(false)
  },
)

it('counts bytes and not characters', () => {
  expect(utf8Bytes('a\u00e9\u65e5\u{1f600}')).toBe(1 + 2 + 3 + 4)
})

it('has no length for a lone surrogate', () => {
  expect(utf8Bytes('\ud83d')).toBeUndefined()
})
