import { afterEach, describe, expect, test } from 'vitest'
import { CORE_STEPS } from '../../src/guide/steps-core.ts'
import { PRESENCE_STEPS } from '../../src/guide/steps-presence.ts'
import { freePort } from '../../src/target/free-port.ts'
import { conformance } from '../processes.ts'
import { type SmallServer, startEmptyServer, startHalfBuiltServer } from './half-built-server.ts'

let server: SmallServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const titles = (stdout: string): string[] =>
  [...stdout.matchAll(/^done +\d+ of \d+ {2}(.+?) {2}/gm)].map(([, title = '']) => title)

describe('run --guide', () => {
  test('an empty server is told the first thing to build, with a document to copy, and exits 1', async () => {
    server = await startEmptyServer()
    const { code, stdout } = await conformance('run', server.url, '--guide', '--no-webhooks')
    expect(stdout).toMatch(/^stop +1 of \d+ {2}Answer discovery/m)
    expect(stdout).toContain('An HTTP server that answers GET {base}/v1')
    expect(stdout).toContain('"protocol": "channel-protocol.v1"')
    expect(stdout).toContain('FAIL discovery.document.served')
    expect(stdout).toMatch(/got +status 404/)
    expect(stdout).toMatch(/reader application GET \/v1$/m)
    expect(stdout).toContain('the next step is: Refuse unknown paths')
    expect(stdout).toContain(`run ${server.url} --guide --no-webhooks`)
    expect(code).toBe(1)
  })

  test('a closed port is told the same first step, and what to do, and exits 3', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const { code, stdout } = await conformance('run', url, '--guide', '--no-webhooks')
    expect(stdout).toContain('step 1: Answer discovery')
    expect(stdout).toContain('An HTTP server that answers GET {base}/v1')
    expect(stdout).toContain('"protocol": "channel-protocol.v1"')
    expect(stdout).toContain(`run ${url} --guide --no-webhooks`)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^no verdict: nothing answers at /)
    expect(code).toBe(3)
  })

  test('a server of the first afternoon is told what is done and what is next', async () => {
    server = await startHalfBuiltServer()
    const { code, stdout } = await conformance('run', server.url, '--guide', '--no-webhooks')
    expect(titles(stdout)).toEqual(['Answer discovery', 'Refuse unknown paths', 'Mint tokens'])
    expect(stdout).toMatch(/^stop +4 of \d+ {2}Take messages/m)
    expect(stdout).toContain('POST {base}/v1/messages with client_id and data')
    expect(stdout).toMatch(/application POST \/v1\/messages \{"client_id"/)
    expect(stdout).toContain('the next step is: Ask for the application key')
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^not done yet: Take messages, because of /)
    expect(code).toBe(1)
  })

  // With all of its profiles it is guided in the test of what the guides list.
  test('the reference server is complete: every step is one line, and it exits 0', {
    timeout: 600_000,
  }, async () => {
    const profiles = ['core', 'presence', 'presence-sync']
    const { code, stdout } = await conformance('run', '--guide', '--profile', ...profiles)
    expect(stdout).not.toMatch(/^stop/m)
    expect(titles(stdout)).toEqual([...CORE_STEPS, ...PRESENCE_STEPS].map(({ title }) => title))
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^every step of core, presence, .* is done/)
    expect(code).toBe(0)
  })

  test('a server that the suite starts is guided, too, and the command to repeat starts it again', async () => {
    const { code, stdout } = await conformance('run', '--guide', '--exec', '--', 'node', '-e', '0')
    expect(stdout).toContain('step 1: Answer discovery')
    expect(stdout).toMatch(/then again +channel-conformance run --guide --exec -- node -e 0$/m)
    expect(code).toBe(3)
  })

  test('it takes no patterns and writes no report: exit 2, in one line', async () => {
    for (const more of [['token.**'], ['--json'], ['--report', 'report.json']]) {
      const { code, stderr } = await conformance('run', '--guide', ...more)
      expect(stderr).toMatch(/^--guide .*\n$/)
      expect(code).toBe(2)
    }
  })
})
