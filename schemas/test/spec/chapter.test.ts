/** Proves how a chapter's Markdown is read. */
import { expect, it } from 'vitest'
import { readChapter } from '../../tools/spec/chapter.ts'
import { makeLedger } from '../../tools/spec/ledger.ts'

const text = `# Token

## Life

<a id="token.a.b"></a>**\`token.a.b\`** · robust · internal (why, so) · \`401 one\` · \`4300 two\`
The service MUST
answer.

\`\`\`json valid Receipt
<a id="token.c.d"></a>
{}
\`\`\`
`

it('a requirement becomes a row of the ledger', () => {
  expect(makeLedger([readChapter('spec/token.md', text)])).toEqual([
    {
      id: 'token.a.b',
      level: 'MUST',
      actor: 'service',
      profile: 'robust',
      class: 'internal',
      reason: 'why, so',
      rows: [
        { kind: 'problem', code: 401, slug: 'one' },
        { kind: 'close', code: 4300, slug: 'two' },
      ],
      chapter: 'token',
      section: 'Life',
      text: 'The service MUST answer.',
    },
  ])
})

it('what stands in a fence is no requirement', () => {
  const chapter = readChapter('spec/token.md', text)
  expect(chapter.paragraphs).toHaveLength(1)
  expect(chapter.fences).toEqual([
    { line: 9, info: ['json', 'valid', 'Receipt'], body: '<a id="token.c.d"></a>\n{}' },
  ])
})
