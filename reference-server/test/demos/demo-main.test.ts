import { afterEach, expect, test } from 'vitest'
import { type Program, runProgram } from '../run-program.ts'

const MAIN = '../demos/main.ts'
let program: Program | undefined

afterEach(() => program?.process.kill('SIGKILL'))

test('the demo says where it is, answers for the service and every sample, and ends with 0', async () => {
  program = runProgram(MAIN, ['--port', '0'])
  const [, url = ''] = / at (http:\S+)\/$/.exec(await program.next()) ?? []
  const pages = ['/', '/push/', '/notes/', '/sockets/', '/live/', '/spec/', '/spec/connection']
  for (const path of [...pages, '/demos/style.css', '/v1', '/_ah/channel/jsapi', '/login'])
    expect(`${path} ${(await fetch(url + path)).status}`).toBe(`${path} 200`)
  const page = await (await fetch(`${url}/live/`)).text()
  expect(page).not.toContain('bench-form')
  program.process.kill('SIGTERM')
  const { code, output, errors } = await program.ended
  expect(output).toContain(`${url}/live/`)
  expect(errors).toBe('')
  expect(code).toBe(0)
})

test.concurrent.each([
  [
    [
      ...['--break', '--base-url', 'https://demo.example'],
      ...['--application-key', 'a-key-of-our-own-1234'],
      ...['--webhook-secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
    ],
    /^demo: --break starts programs: it is for loopback only\n$/,
  ],
  [['--base-url', 'http://127.0.0.1:8080/below'], /^demo: --base-url: .*without a path\n$/],
  [['--fault', 'mints-without-key'], /^demo: --fault: .*never broken.*\n$/],
  [['--store', '/dev/null/store'], /^demo: --store: .+\n$/],
])('%j is refused in one line, with exit code 2', async (flags, message) => {
  const { code, errors } = await runProgram(MAIN, flags).ended
  expect(errors).toMatch(message)
  expect(code).toBe(2)
})
