import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'articles-'))
  await writeFile(join(folder, 'a.txt'), 'var chat_token = of another article\n\n')
})

afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]): Promise<unknown> => runProgram('../articles/main.ts', args).ended

test('without a folder the program says in one line that nothing was played', async () => {
  expect(await run()).toEqual({
    code: 0,
    output: expect.stringMatching(/^no articles were played: .*--articles <dir>\n$/),
    errors: '',
  })
})

test('a folder that lacks articles fails, with each of them named', async () => {
  const names = ['the chat in Japanese', 'the simple chat', 'the notes client']
  expect(await run('--articles', folder)).toEqual({
    code: 1,
    output: names
      .map((name) => `FAILED  ${name}: no file of ${folder} has its client code\n`)
      .join(''),
    errors: '',
  })
})

test.each([
  ['a folder that is not there', ['--articles', '/nowhere'], 'ENOENT'],
  ['a flag that is not known', ['--article'], "Unknown option '--article'"],
])('%s is a mistake of usage', async (_what, args, said) => {
  expect(await run(...args)).toMatchObject({ code: 2, errors: expect.stringContaining(said) })
})
