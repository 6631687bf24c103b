import { afterEach, describe, expect, test } from 'vitest'
import { EVERY_CHECK } from '../src/checks/every.ts'
import { readLedger } from '../src/ledger.ts'
import { freePort } from '../src/target/free-port.ts'
import { expectOnlyAimedFailures } from './faulty-server.ts'
import { conformance, type StartedProgram, startReferenceServer } from './processes.ts'

let server: StartedProgram | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

describe('channel-conformance', () => {
  test('without a URL it judges the reference server, says so in the last line and exits 0', async () => {
    const { code, stdout } = await conformance()
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^conformant for core, .*test timings/)
    expect(code).toBe(0)
  })

  test(
    'a server with a fault is not conformant: exit 1, every failure aimed at it and quoting its clause',
    {
      timeout: 600_000,
    },
    () => expectOnlyAimedFailures('accepts-expired-token'),
  )

  const ledger = readLedger()
  test('a failure shows id, level, clause, expected, got, the marked transcript and one command to repeat it', async () => {
    server = await startReferenceServer('--test-timings', '--fault', 'accepts-expired-token')
    const { stdout } = await conformance(
      'run',
      server.url,
      'token.expired.**',
      '--no-webhooks',
      '--seed',
      '7',
    )
    expect(stdout).toContain('FAIL token.expired.closed  MUST, spec/token.md#token.expired.refused')
    expect(stdout).toContain(ledger.find('token.expired.refused').text)
    expect(stdout).toMatch(/expected {2}no welcome/)
    expect(stdout).toMatch(/got {7}\S/)
    expect(stdout).toMatch(/^ +>> +\d+\.\d{3} /m)
    expect(stdout).toContain('control   the same without the defect worked')
    expect(stdout).toContain(
      `channel-conformance run ${server.url} token.expired.closed --seed 7 --no-webhooks`,
    )
  })

  test('nothing at the URL: exit 3, with what to do', async () => {
    const { code, stdout } = await conformance(
      'run',
      `http://127.0.0.1:${await freePort()}`,
      '--no-webhooks',
    )
    expect(stdout).toMatch(
      /^no verdict: nothing answers at .*start the server, or give its base URL$/m,
    )
    expect(code).toBe(3)
  })

  test('webhooks that do not arrive: exit 3, with what to do', async () => {
    server = await startReferenceServer(
      '--test-timings',
      '--application-base',
      `http://127.0.0.1:${await freePort()}`,
    )
    const { code, stdout } = await conformance(
      'run',
      server.url,
      'discovery.**',
      '--webhooks',
      `http://127.0.0.1:${await freePort()}`,
    )
    expect(stdout).toContain('announces presence, but no webhook arrived')
    expect(code).toBe(3)
  })

  test('a wrong application key: exit 3, with what to do', async () => {
    server = await startReferenceServer('--test-timings')
    const { code, stdout } = await conformance(
      'run',
      server.url,
      'message.**',
      '--no-webhooks',
      '--application-key',
      'wrong',
    )
    expect(stdout).toContain('refuses the application key; give --application-key')
    expect(code).toBe(3)
  })

  test('a mistyped pattern: exit 2, with suggestions', async () => {
    const { code, stderr } = await conformance('run', 'token.expird.refused')
    expect(stderr).toMatch(
      /^no check or requirement matches token\.expird\.refused; did you mean token\.expired\.refused/,
    )
    expect(code).toBe(2)
  })

  test('a run that is repeated says once what is judged, then a line for each, and at the end the verdict', async () => {
    const { code, stdout } = await conformance('discovery.**', '--seed', '7', '--repeat', '3')
    expect(stdout.match(/ announces core/g)).toHaveLength(1)
    expect(stdout.split('\n').filter((line) => /^run \d of 3, seed /.test(line))).toEqual([
      expect.stringMatching(/^run 1 of 3, seed 7, checks: \d+ passed in /),
      expect.stringMatching(/^run 2 of 3, seed 8, checks: \d+ passed in /),
      expect.stringMatching(/^run 3 of 3, seed 9, checks: \d+ passed in /),
    ])
    expect(stdout.match(/^conformant for core/gm)).toHaveLength(1)
    expect(code).toBe(0)
  })

  test('a mistyped flag or profile: exit 2, in one line', async () => {
    expect(await conformance('run', '--sed', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^unknown option '--sed'.*\n$/),
    })
    expect(await conformance('run', '--profile', 'presents')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^there is no profile presents.*\n$/),
    })
  })

  test('list names every check, explain quotes the clause', async () => {
    expect((await conformance('list')).stdout).toContain(`${EVERY_CHECK.length} checks of `)
    const { stdout } = await conformance('explain', 'token.expired.refused')
    expect(stdout).toContain(ledger.find('token.expired.refused').text)
    expect(stdout).toContain('accepts-expired-token')
  })
})
