import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { freePort } from '../src/target/free-port.ts'
import { conformance, startServer } from './processes.ts'
import {
  BROKEN_SERVERS,
  linesOfFiles,
  PYTHON_PROFILES,
  PYTHON_SERVER,
  sentence,
} from './second-implementation.ts'

const VERDICT = `conformant for ${PYTHON_PROFILES.join(', ')}`

describe('the second implementation', () => {
  test('has no file of more than 200 lines', () => {
    expect(Math.max(...linesOfFiles().values())).toBeLessThanOrEqual(200)
  })

  test.for([['--test-timings'], []])(
    'passes all its profiles by its URL with the arguments %j',
    async (timings) => {
      const webhooks = `http://127.0.0.1:${await freePort()}`
      const args = ['--port', '0', '--application-base', webhooks, ...timings]
      const server = await startServer('python3', [PYTHON_SERVER, ...args])
      try {
        const { code, stdout } = await conformance('run', server.url, '--webhooks', webhooks)
        expect(stdout.trimEnd().split('\n').at(-1), stdout).toMatch(new RegExp(`^${VERDICT}`))
        expect(code, stdout).toBe(0)
      } finally {
        await server.stop()
      }
    },
  )

  test.for(['virtual', 'real'])(
    'passes all its profiles where the suite starts it, on a %s clock',
    async (clock) => {
      const { code, stdout } = await conformance(
        ...['run', '--clock', clock, '--exec', '--', 'python3', PYTHON_SERVER, '--exec'],
      )
      expect(stdout.trimEnd().split('\n').at(-1), stdout).toMatch(new RegExp(`^${VERDICT}`))
      expect(code, stdout).toBe(0)
    },
  )

  test.for(BROKEN_SERVERS)('is told by the suite what %s breaks', async ([program, clauses]) => {
    const { code, stdout } = await conformance(
      ...['run', ...clauses, '--exec', '--', 'python3', program, '--exec'],
    )
    for (const clause of clauses) expect(stdout).toMatch(new RegExp(`FAIL .*#${clause}`))
    expect(code, stdout).toBe(1)
  })

  test('is described by RESULTS.md as it is', () => {
    expect(readFileSync(new URL('../RESULTS.md', import.meta.url), 'utf8')).toContain(sentence())
  })
})
