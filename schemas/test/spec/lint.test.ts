/** Proves that each rule about prose fires, and that none fires on a right text. */
import { expect, it } from 'vitest'
import { findingsOf, messagesOf } from './small-text.ts'

it('a right text has no finding', () => {
  expect(findingsOf('One sentence.\nAnother one, with `code. Here`.\n')).toEqual([])
})

it('a finding names the file and the line', () => {
  expect(findingsOf('It must not.\n')).toEqual([
    { file: 'spec/token.md', line: 6, message: expect.stringContaining('"must" in lower case') },
  ])
})

it.each(['must', 'shall', 'should'])('"%s" in lower case is found', (word) => {
  expect(messagesOf(`It ${word} be.\n`)).toEqual([expect.stringContaining(`"${word}"`)])
})

it('a keyword in capitals outside a requirement is found', () => {
  expect(messagesOf('A service MAY do so.\n')).toEqual([
    expect.stringContaining('MAY stands outside'),
  ])
})

it('the line that defines the keywords passes', () => {
  expect(messagesOf('The words MUST and MAY are those of BCP 14.\n')).toEqual([])
})

it('keywords inside code and fences pass', () => {
  expect(messagesOf('The word `MUST` here.\n\n```text\nIt must, MUST.\n```\n')).toEqual([])
})

it('two sentences on one line are found', () => {
  expect(messagesOf('First one. Second one.\n')).toEqual([expect.stringContaining('two sentences')])
})

it('two sentences in a row of a table pass', () => {
  expect(messagesOf('| First one. Second one. |\n')).toEqual([])
})

it('the number of a list is no sentence', () => {
  expect(messagesOf('1. First one.\n2. Second one.\n')).toEqual([])
})

it.each([
  '```\nx\n```',
  '```json\n{}\n```',
  '```json valid\n{}\n```',
  '```json invalid Receipt /seq\n{}\n```',
  '```http exchange\nx\n```',
  '```abnf rule\nx\n```',
])('the fence %j is found untagged', (fence) => {
  expect(messagesOf(`${fence}\n`)).toEqual([expect.stringMatching(/not tagged|takes no tag/)])
})

it('a fence that never ends is found', () => {
  expect(messagesOf('```text\nx\n')).toEqual([expect.stringContaining('not tagged')])
})

it('a threat without a requirement is found', () => {
  expect(messagesOf('', '# Security\n\n## Threats\n\n| Forgery | so | |\n')).toEqual([
    expect.stringContaining('"Forgery" names no requirement'),
  ])
})

it('a threat whose requirement does not exist is found', () => {
  const table = '# Security\n\n## Threats\n\n| Forgery | so | `token.no.such` |\n'
  expect(messagesOf('', table)).toContainEqual(expect.stringContaining('which is no requirement'))
})

it('a security chapter without threats is found', () => {
  expect(messagesOf('', '# Security\n')).toEqual([expect.stringContaining('no table of threats')])
})
