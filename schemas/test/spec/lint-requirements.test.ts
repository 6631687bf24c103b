/** Proves that each rule about requirement paragraphs fires. */
import { expect, it } from 'vitest'
import { readChapter } from '../../tools/spec/chapter.ts'
import { lintRequirements } from '../../tools/spec/lint-requirements.ts'
import { messagesOf, paragraph, registry } from './small-text.ts'

const id = 'token.other.thing'

/** What the lint finds in one paragraph; the share of unjudged MUSTs is a rule of its own. */
function wrong(part: { id?: string; head?: string; text?: string }): string[] {
  return messagesOf(paragraph({ id, ...part })).filter((message) => !message.includes('%'))
}

it.each([
  ['SHOULD', 'The service SHOULD answer.'],
  ['MAY', 'A client MAY come back.'],
  ['MUST NOT', 'An application MUST NOT post.'],
])('a requirement with one %s passes', (_keyword, text) => {
  expect(wrong({ text })).toEqual([])
})

it.each([
  ['no keyword', 'The service answers.', 'no keyword'],
  ['two keywords', 'The service MUST answer and MUST close.', '2 keywords (MUST, MUST)'],
  ['a keyword that is not used', 'The service SHALL answer.', 'SHALL is not used here'],
  ['no actor', 'Answers MUST come.', 'no actor'],
  ['a refusal without a row', 'The service MUST refuse it.', '"MUST refuse" is a refusal'],
  ['a close without a row', 'The service MUST close a connection.', 'is a refusal'],
  ['a lower-case keyword', 'The service MUST do what it should.', '"should" in lower case'],
])('%s is found', (_what, text, message) => {
  expect(wrong({ text })).toContainEqual(expect.stringContaining(message))
})

it.each([
  ['an unknown profile', 'corr · wire', 'the profile "corr" is unknown'],
  ['an unknown class', 'core · wired', 'the class "wired" is unknown'],
  ['an internal one without a reason', 'core · internal', 'internal needs a reason'],
  ['a human one without a reason', 'core · human', 'human needs a reason'],
  ['a row that does not exist', 'core · wire · `404 not-there`', 'no row "404 not-there"'],
  ['a row with another code', 'core · wire · `4301 token-expired`', 'no row "4301 token-expired"'],
])('%s is found', (_what, head, message) => {
  expect(wrong({ head })).toEqual([expect.stringContaining(message)])
})

it.each(['token.short', 'message.other.noun', 'token.Upper.case'])(
  'the id %s is found',
  (other) => {
    expect(wrong({ id: other })).toContainEqual(expect.stringContaining('an id reads token.'))
  },
)

it('an id that is used twice is found, with the place of the first', () => {
  expect(wrong({ id: 'token.mint.answer' })).toEqual([
    'token.mint.answer: the id is already used at spec/token.md:3; ids are never shared or reused',
  ])
})

it('an anchor that differs from the id is found', () => {
  const text = paragraph({ id }).replace(`id="${id}"`, 'id="token.some.other"')
  expect(messagesOf(text)).toEqual([expect.stringContaining('make it the id')])
})

it('a first line that cannot be read is found', () => {
  expect(messagesOf(`<a id="${id}"></a> core\nThe service MUST answer.\n`)).toContainEqual(
    expect.stringContaining('the line cannot be read'),
  )
})

it('a requirement in a chapter that is not normative is found', () => {
  const chapter = readChapter('spec/primer.md', paragraph({ id: 'primer.other.thing' }))
  expect(lintRequirements([chapter], registry)).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('not a normative chapter') }),
  )
})

it.each([
  [17, 3, 1],
  [18, 3, 0],
])('of %i judgeable and %i unjudged MUSTs the share gives %i findings', (judged, not, findings) => {
  const many = (count: number, head: string): string =>
    Array.from({ length: count }, (_, at) =>
      paragraph({ id: `token.${head.slice(-3, -1)}.n${at}`, head }),
    ).join('\n')
  const text = `${many(judged, 'core · wire')}\n${many(not, 'core · internal (no one sees it)')}`
  expect(lintRequirements([readChapter('spec/token.md', text)], registry)).toHaveLength(findings)
})
