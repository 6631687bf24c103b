import { existsSync, readFileSync } from 'node:fs'
import { TIMINGS } from '@channel-protocol/schemas/registry'
import { afterAll, describe, expect, test } from 'vitest'
import { Unsupported } from '../../src/drive/set-up-failed.ts'
import { makePlainImplementation } from '../../src/target/plain.ts'
import { PLAIN_VARIABLES, plainEnvironment } from '../../src/target/plain-variables.ts'
import { openStarted, TEST_TIMINGS } from '../../src/target/started.ts'
import { readTable } from '../guide-listings.ts'
import { runProgram } from '../processes.ts'
import { makeScripts } from './scripted-adapter.ts'

const scripts = makeScripts()
afterAll(() => scripts.remove())

const START = {
  application_keys: ['one', 'two'],
  webhook_secrets: ['whsec_a'],
  webhook_base: 'http://127.0.0.1:9090',
  origins: ['https://page.example'],
  timings: TEST_TIMINGS,
  clock: 'real' as const,
  limits: { connections: 3 },
  profiles: ['core', 'presence'],
  base_url: 'https://push.example/base',
  webhook_urls: { connected: 'http://127.0.0.1:9090/elsewhere' },
}

/** Listens where it is told, says what it was told, and offers what it has. */
const SERVER = `
const { CHANNEL_HOST, CHANNEL_PORT, CHANNEL_CONNECTIONS } = process.env
const limits = { connections: process.argv[2] === 'deaf' ? 100 : Number(CHANNEL_CONNECTIONS ?? 100) }
const document = JSON.stringify({ profiles: ['core'], limits, implementation: { name: 'plain', version: process.env.CHANNEL_APPLICATION_KEY } })
createServer((_, response) => response.end(document)).listen(Number(CHANNEL_PORT), CHANNEL_HOST)
process.on('SIGTERM', () => {
  require('node:fs').writeFileSync(__filename + '.drained', '')
  process.exit(0)
})
setInterval(() => {}, 1e6)
`

describe('the variables of the plain form', () => {
  test('are those that the reference server reads', async () => {
    const { stdout } = await runProgram('reference-server/src/main.ts', ['--help'])
    const read = [...stdout.matchAll(/CHANNEL_\w+/g)].map(([name]) => name)
    const set = Object.keys(plainEnvironment(START, 8080, {}))
    expect(set.filter((name) => !read.includes(name))).toEqual([])
    expect(set).toContain('CHANNEL_WEBHOOK_CONNECTED_URL')
  })

  test('say what start says, and nothing that the suite was told itself', () => {
    const env = plainEnvironment(START, 8080, { PATH: '/bin', CHANNEL_FAULT: 'some-fault' })
    expect(env).toMatchObject({
      PATH: '/bin',
      CHANNEL_HOST: '127.0.0.1',
      CHANNEL_PORT: '8080',
      CHANNEL_APPLICATION_KEY: 'one,two',
      CHANNEL_TEST_TIMINGS: 'true',
      CHANNEL_WEBHOOK_RETRY_SECONDS: TIMINGS.webhook_retry_seconds.test.join(','),
      CHANNEL_CONNECTIONS: '3',
      CHANNEL_PROFILES: 'core,presence',
      CHANNEL_BASE_URL: 'https://push.example/base',
    })
    expect(env).not.toHaveProperty('CHANNEL_FAULT')
    expect(env).not.toHaveProperty('CHANNEL_WEBHOOK_TOLERANCE_SECONDS')
  })

  test('stand in the guide as the table has them', () => {
    const guide = readFileSync(new URL('../../guides/bring-a-server.md', import.meta.url), 'utf8')
    expect(readTable(guide, '| variable | says |')).toEqual(
      PLAIN_VARIABLES.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`),
    )
  })
})

describe('a plain program', () => {
  const open = (...args: string[]) =>
    openStarted(
      'the program',
      makePlainImplementation({ program: [...scripts.script(SERVER), ...args], readyMs: 20_000 }),
    )

  test('is started for each service, drained and stopped', async () => {
    const target = await open()
    expect(target.implementation).toEqual({
      name: 'plain',
      version: target.site.applicationKeys.join(','),
    })
    const launched = await target.site.launch?.('/i/a', { limits: { connections: 3 } })
    expect(launched?.site.advertised.limits.connections).toBe(3)
    await launched?.drain()
    await expect(fetch(`${launched?.site.baseUrl}/v1`)).rejects.toThrow()
    expect((await fetch(`${target.site.baseUrl}/v1`)).status).toBe(200)
    await target.stop()
    await expect(fetch(`${target.site.baseUrl}/v1`)).rejects.toThrow()
  })

  test('is drained behind a shell that keeps the signal from it', async () => {
    const program = ['sh', '-c', '"$0" "$1" & wait', ...scripts.script(SERVER)]
    const implementation = makePlainImplementation({ program, readyMs: 20_000 })
    const service = await implementation.start({ ...START, limits: {}, profiles: ['core'] })
    await service.drain()
    expect(existsSync(`${program.at(-1)}.drained`)).toBe(true)
    await implementation.end()
  })

  test('has no virtual clock, and no limits where it takes no notice of them', async () => {
    const target = await open('deaf')
    expect(target.site.steps).toBeUndefined()
    await expect(target.site.launch?.('/i/a', { limits: { connections: 3 } })).rejects.toThrow(
      Unsupported,
    )
    await target.stop()
  })

  test('that ends at the start is shown with its last lines', async () => {
    const program = scripts.script("console.error('cannot open the database'); process.exit(4)")
    await expect(
      openStarted('it', makePlainImplementation({ program, readyMs: 20_000 })),
    ).rejects.toThrow(/exit code 4; .*\ncannot open the database$/)
  })

  test('that does not listen is told where it should have', async () => {
    const program = scripts.script('setInterval(() => {}, 1e6)')
    await expect(
      openStarted('it', makePlainImplementation({ program, readyMs: 200 })),
    ).rejects.toThrow('has to listen at CHANNEL_HOST and CHANNEL_PORT')
  })
})
