import { expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'

const MAIN = '../demos/push-chat/main.ts'

test('the chat says where it is and how to judge it; without its service nobody can sign in', async () => {
  const program = runProgram(MAIN, ['--port', '0', '--service', 'http://127.0.0.1:9'])
  const [, url] = /Push chat at (http:\S+),/.exec(await program.next()) ?? []
  expect(await program.next()).toContain(`--application-base ${url}`)
  expect(await program.next()).toContain(`run --application ${url}`)
  expect((await fetch(`${url}/login`)).status).toBe(503)
  program.process.kill('SIGTERM')
  const { code, errors } = await program.ended
  expect(code).toBe(0)
  expect(errors).toContain('the service gave no token')
  expect(errors).not.toContain('development-key')
})

test('a wrong flag is one line on standard error and exit code 2', async () => {
  const { code, errors } = await runProgram(MAIN, ['--service', 'nowhere']).ended
  expect(code).toBe(2)
  expect(errors).toMatch(/^push-chat: --service: it is an address .*\n$/)
  const zone = await runProgram(MAIN, ['--port', '0', '--time-zone', 'Asia/Tokio']).ended
  expect(zone.code).toBe(2)
  expect(zone.errors).toBe('push-chat: --time-zone: it is a name such as Europe/Berlin\n')
})
