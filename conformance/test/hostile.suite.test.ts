import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { conformance } from './processes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'))
})
afterEach(() => rm(folder, { recursive: true }))

const PROGRAM = ['--exec', '--', process.execPath, 'conformance/test/hostile-service.ts']

/** Lines that a terminal or a CI system would act upon. */
function actingLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(line) || line.startsWith('::'))
}

describe('a server that writes escapes into all that it says of itself', () => {
  test.each([
    ['run', 'discovery.**', 'problem.path.unknown'],
    ['run', '--guide'],
    ['doctor'],
    ['list', '--plan'],
    ['fuzz', '--runs', '1', '--seconds', '1'],
  ])('reaches no terminal by %s', async (...command) => {
    const { stdout, stderr } = await conformance(...command, ...PROGRAM)
    expect(actingLines(stdout + stderr)).toEqual([])
    expect(stdout).toContain('core')
  })

  test('is told conformant or not for the profiles that the revision has, and for no other name', async () => {
    const { stdout } = await conformance('run', 'discovery.cache.allowed', ...PROGRAM)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/ for core, as far as the selection goes/)
  })

  test('reaches no terminal by the replay of a report that somebody edited', async () => {
    const file = join(folder, 'report.json')
    await conformance('run', 'discovery.**', '--record', '--report', file, ...PROGRAM)
    const report = JSON.parse(await readFile(file, 'utf8')) as {
      suite: { version: string }
      results: { reproduce: string; check: string }[]
    }
    report.suite.version += '\u001b[2J\n::error::'
    for (const result of report.results) {
      result.reproduce += '\u001b[2J\n::error::'
      result.check += '\u001b[2J\n::error::'
    }
    await writeFile(file, JSON.stringify(report))
    const { stdout, stderr } = await conformance('replay', file)
    expect(stdout).toContain('judged again')
    expect(actingLines(stdout + stderr)).toEqual([])
  })
})

test('a report that is nested without end is called none', async () => {
  const file = join(folder, 'report.json')
  await writeFile(file, '['.repeat(100_000) + ']'.repeat(100_000))
  const { code, stderr } = await conformance('replay', file)
  expect(stderr).toContain('is not a report of run --report')
  expect(code).toBe(2)
})
