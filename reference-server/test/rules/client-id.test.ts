import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const { readClientId } = makeRules()

test.each(['a', ' ', '-_ @/&=+%?#', '😀'.repeat(64), 'x'.repeat(256), '\u00a0', 'é', 'e\u0301'])(
  '%j names a client',
  (text) => {
    expect(readClientId(text, 256)).toBe(text)
  },
)

test.each([
  [undefined, 'is absent'],
  [null, 'is not a string'],
  [1, 'is not a string'],
  ['', 'is empty'],
  [`${'😀'.repeat(64)}x`, 'has 257 bytes'],
  ['a\u0000', 'has a control character'],
  ['a\u007f', 'has a control character'],
  ['a\u009f', 'has a control character'],
  ['a\ud800', 'has a lone surrogate'],
])('%j names nobody', (value, detail) => {
  expect(() => readClientId(value, 256)).toThrow(`client_id ${detail}`)
})
