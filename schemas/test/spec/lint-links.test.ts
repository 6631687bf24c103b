/** Proves that links and ids that lead nowhere are found. */
import { expect, it } from 'vitest'
import { messagesOf } from './small-text.ts'

it.each([
  '[a](security.md)',
  '[a](security.md#threats)',
  '[a](#token.mint.answer)',
  '[a](../schemas/here.json)',
  '[a](https://www.rfc-editor.org/rfc/rfc9457#no-such)',
  'the id `token.mint.answer`',
])('%s passes', (text) => {
  expect(messagesOf(`${text}\n`)).toEqual([])
})

it('a link to no file is found', () => {
  expect(messagesOf('[a](nowhere.md)\n')).toEqual([expect.stringContaining('leads to no file')])
})

it.each(['security.md#nowhere', '#nowhere'])('the link %s to no anchor is found', (link) => {
  expect(messagesOf(`[a](${link})\n`)).toEqual([expect.stringContaining('leads to no anchor')])
})

it('a mentioned id that no requirement has is found', () => {
  expect(messagesOf('the id `token.mint.nothing`\n')).toEqual([
    'no requirement has the id token.mint.nothing; correct it',
  ])
})
