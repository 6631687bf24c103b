/** Proves how tagged fences are read. */
import { expect, it } from 'vitest'
import { readChapter } from '../../tools/spec/chapter.ts'
import { exchanges, jsonExamples } from '../../tools/spec/examples.ts'

const chapterOf = (fence: string) => readChapter('spec/token.md', `# Token\n\n${fence}\n`)

it('an invalid example carries its pointer and its reason', () => {
  const chapter = chapterOf('```json invalid Receipt /seq minimum\n{"seq":0}\n```')
  expect(jsonExamples(chapter)).toEqual([
    {
      file: 'spec/token.md',
      line: 3,
      type: 'Receipt',
      valid: false,
      pointer: '/seq',
      reason: 'minimum',
      body: '{"seq":0}',
    },
  ])
})

it('an exchange is parted at the line of dashes', () => {
  const chapter = chapterOf('```http exchange one\nGET {base}/v1\n---\n200\n```')
  expect(exchanges(chapter)).toEqual([
    { file: 'spec/token.md', line: 3, name: 'one', request: 'GET {base}/v1', answer: '200' },
  ])
})

it('an exchange without an answer is refused with its place', () => {
  expect(() => exchanges(chapterOf('```http exchange one\nGET {base}/v1\n```'))).toThrow(
    'spec/token.md:3: the exchange has no answer',
  )
})
