import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { conformance, freePort, type StartedProgram, startServer } from './processes.ts'
import { countLines, PYTHON_SERVER, sentence } from './second-implementation.ts'

let server: StartedProgram | undefined
afterEach(() => server?.stop())

describe('the second implementation', () => {
  test('has at most 400 lines', () => {
    expect(countLines()).toBeLessThanOrEqual(400)
  })

  test.for([['--test-timings'], []])(
    'passes core and presence with the arguments %j',
    async (timings) => {
      const webhooks = `http://127.0.0.1:${await freePort()}`
      server = await startServer('python3', [
        PYTHON_SERVER,
        '--port',
        '0',
        '--application-base',
        webhooks,
        ...timings,
      ])
      const { code, stdout } = await conformance(
        'run',
        server.url,
        '--profile',
        'core',
        'presence',
        '--webhooks',
        webhooks,
      )
      expect(stdout).toContain('conformant for core, presence')
      expect(code).toBe(0)
    },
  )

  test('is described by RESULTS.md as it is', () => {
    expect(readFileSync(new URL('../RESULTS.md', import.meta.url), 'utf8')).toContain(sentence())
  })
})
