import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { conformance, freePort, startServer } from './processes.ts'
import { countLines, PYTHON_SERVER, sentence } from './second-implementation.ts'

describe('the second implementation', () => {
  test('has at most 400 lines', () => {
    expect(countLines()).toBeLessThanOrEqual(400)
  })

  test.concurrent.for([['--test-timings'], []])(
    'passes core and presence with the arguments %j',
    async (timings) => {
      const webhooks = `http://127.0.0.1:${await freePort()}`
      const args = ['--port', '0', '--application-base', webhooks, ...timings]
      const server = await startServer('python3', [PYTHON_SERVER, ...args])
      try {
        const profiles = ['--profile', 'core', 'presence']
        const { code, stdout } = await conformance(
          ...['run', server.url, ...profiles, '--webhooks', webhooks],
        )
        expect(stdout).toContain('conformant for core, presence')
        expect(code, stdout).toBe(0)
      } finally {
        await server.stop()
      }
    },
  )

  test('is described by RESULTS.md as it is', () => {
    expect(readFileSync(new URL('../RESULTS.md', import.meta.url), 'utf8')).toContain(sentence())
  })
})
