import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NODE_FLAGS } from '../bench/contestants.ts'
import { runProgram } from './run-program.ts'

const ANYWHERE = ['--port', '0', '--private-port', '0', '--test-timings']

test('a start says where it is, which credentials hold and how to judge it; SIGTERM ends it with 0', async () => {
  const program = runProgram('main.ts', [...ANYWHERE, '--fault', 'accepts-expired-token'])
  let line = ''
  let text = ''
  while (!line.includes('FAULT')) {
    line = await program.next()
    text += `${line}\n`
  }
  const [, url] = /server at (http:\S+)/.exec(text) ?? []
  expect(text).toContain('development credentials')
  expect(text).toContain('http://127.0.0.1:9090/')
  expect(text).toContain(`npm run conformance -- run ${url}`)
  expect((await fetch(`${url}/v1`)).status).toBe(200)
  program.process.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
})

test.each([
  [['--port', 'x'], '--port: x is not a number'],
  [['--fault', 'no-such-fault'], 'there is no fault no-such-fault'],
])('%j is one line on standard error and exit code 2', async (args, line) => {
  const { code, errors } = await runProgram('main.ts', args).ended
  expect(code).toBe(2)
  expect(errors).toContain(line)
  expect(errors.trim().split('\n')).toHaveLength(1)
})

test.each([
  ['npm start', '../../package.json', /"start": "node (.*) reference-server/],
  ['the installed program', '../src/main.ts', /^#!.* node (.*)$/m],
  ['the container', '../Containerfile', /ENTRYPOINT \["node", (.*), "reference-server/],
])('%s gives the runtime the flags that were measured', (_, file, pattern) => {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  expect(pattern.exec(text)?.[1]?.match(/--[^\s",]+/g)).toEqual(NODE_FLAGS)
})
