/** Proves that in vitest each planned check is a test, and that its outcome is the verdict. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram, startServer } from './processes.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const SERVER = createRequire(import.meta.url).resolve(
  '@channel-protocol/reference-server/package.json',
)

let folder: string
beforeAll(() => {
  // Inside the package, so that its dependencies are found as a user's project finds them.
  folder = mkdtempSync(join(HERE, 'vitest-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One test as vitest's JSON report has it. */
interface Reported {
  readonly title: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/** Runs vitest as a project would, on a file that judges the reference server by `options`. */
async function runVitest(name: string, options: object, ...args: string[]): Promise<Reported[]> {
  const file = join(folder, `${name}.test.ts`)
  const text = `import { testConformance } from '@channel-protocol/conformance/vitest'
await testConformance(${JSON.stringify(options)})
`
  writeFileSync(file, text)
  writeFileSync(join(folder, 'vitest.config.ts'), 'export default {}')
  const output = join(folder, `${name}.json`)
  const vitest = join(HERE, '../../node_modules/vitest/vitest.mjs')
  const flags = ['run', '--root', folder, '--reporter=json', `--outputFile=${output}`]
  const { stderr } = await runProgram(vitest, [...flags, `${name}.test.ts`, ...args])
  expect(stderr).not.toContain('Error')
  const report = JSON.parse(readFileSync(output, 'utf8')) as {
    testResults: { assertionResults: Reported[] }[]
  }
  return report.testResults.flatMap(({ assertionResults }) => assertionResults)
}

describe('the suite in vitest', () => {
  const exec = [process.execPath, join(SERVER, '../src/exec.ts')]
  const patterns = ['token.key.**', 'token.mint.**']

  test('makes each planned check a test that passes where the check does', async () => {
    const tests = await runVitest('sound', { exec, patterns })
    expect(tests.length).toBeGreaterThan(5)
    expect(tests.filter(({ status }) => status !== 'passed')).toEqual([])
  })

  test('fails with the clause, what was expected and what came', async () => {
    const server = await startServer(process.execPath, [
      join(SERVER, '../src/main.ts'),
      ...['--port', '0', '--private-port', '0', '--test-timings'],
      ...['--fault', 'mints-without-key'],
    ])
    const options = { url: server.url, webhooks: false, patterns }
    const tests = await runVitest('faulty', options).finally(server.stop)
    const failed = tests.filter(({ status }) => status === 'failed')
    expect(failed.map(({ title }) => title.split(':')[0])).toContain('token.key-absent.refused')
    const [message] = failed.flatMap(({ failureMessages }) => failureMessages)
    expect(message).toMatch(/MUST[\s\S]*expected[\s\S]*got/)
  })

  test('makes only the checks that a filter names', async () => {
    const tests = await runVitest('filtered', { exec, patterns }, '-t', 'token.key-absent.refused')
    const made = tests.filter(({ status }) => status === 'passed')
    expect(made.map(({ title }) => title.split(':')[0])).toEqual(['token.key-absent.refused'])
  })

  test('skips what cannot be judged, and what is not offered', async () => {
    const tests = await runVitest('short', { exec, patterns, profiles: ['presence'] })
    expect(new Set(tests.map(({ status }) => status))).toEqual(new Set(['skipped']))
  })
})
