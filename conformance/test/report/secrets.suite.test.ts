import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../processes.ts'
import { spellingsOf } from './spellings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
})
afterEach(() => rm(folder, { recursive: true }))

const PROGRAM = ['--', process.execPath, 'conformance/test/report/leaky-service.ts']
const LEAKS = 'leaks.txt'

/** Everything that a command has written, by name, and the secrets that its service has told. */
async function runLeaky(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ outputs: Map<string, string>; secrets: string[] }> {
  const leaks = join(folder, LEAKS)
  const { stdout, stderr } = await runProgram(
    'conformance/src/main.ts',
    ['run', '--exec', ...args, ...PROGRAM],
    { LEAKS: leaks, ...env },
  )
  const outputs = new Map([
    ['standard output', stdout],
    ['standard error', stderr],
  ])
  for (const file of await readdir(folder))
    if (file !== LEAKS) outputs.set(file, await readFile(join(folder, file), 'utf8'))
  const told = await readFile(leaks, 'utf8').catch(() => {
    throw new Error(`the service was not started: ${stdout}${stderr}`)
  })
  return { outputs, secrets: [...new Set(told.trim().split('\n'))] }
}

/** What stands in an output and must not: a secret in any spelling, or more of its beginning than anybody could guess. */
function leaksIn(outputs: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  return [...outputs].flatMap(([name, text]) =>
    secrets.flatMap((secret) =>
      spellingsOf(secret)
        .map((spelling) => spelling.slice(0, Math.ceil(spelling.length / 3)))
        .filter((beginning) => text.includes(beginning))
        .map((beginning) => `${name}: ${beginning}: ${around(text, beginning)}`),
    ),
  )
}

function around(text: string, part: string): string {
  const at = text.indexOf(part)
  return text.slice(Math.max(0, at - 60), at + part.length + 60)
}

const PATTERNS = ['token.**', 'message.**', 'socket.text.**', 'connection.welcome.**', 'problem.**']
const REPORTS = {
  report: 'report.json',
  junit: 'junit.xml',
  markdown: 'summary.md',
  html: 'page.html',
}

describe('a service that tells every secret in every spelling', { timeout: 600_000 }, () => {
  test('leaves none of them in the console, nor in any report of a recorded run', async () => {
    const files = Object.entries(REPORTS).flatMap(([flag, file]) => [
      `--${flag}`,
      join(folder, file),
    ])
    const { outputs, secrets } = await runLeaky(['--record', ...files, ...PATTERNS])
    expect(outputs.get('standard output')).not.toContain('has ended')
    expect(secrets.length).toBeGreaterThan(100)
    for (const [name, text] of outputs)
      if (name !== 'standard error') expect(text, name).toMatch(/(?:<|\\u003c|&#60;)secret 1/)
    expect(outputs.size).toBe(6)
    expect(leaksIn(outputs, secrets)).toEqual([])
  })

  test('leaves none in the report as JSON on the standard output, nor beside it', async () => {
    const { outputs, secrets } = await runLeaky(['--json', 'token.**', 'presence.**'])
    expect(outputs.get('standard output')).toContain('<secret 1>')
    expect(outputs.get('standard output')).not.toContain('has ended')
    expect(leaksIn(outputs, secrets)).toEqual([])
  })

  test('leaves none in what the guide says', async () => {
    const { outputs, secrets } = await runLeaky(['--guide'])
    expect(outputs.get('standard output')).toContain('step')
    expect(leaksIn(outputs, secrets)).toEqual([])
  })

  test('leaves none in the last words of a program that ends at its start', async () => {
    const { outputs, secrets } = await runLeaky([], { LEAKY_END: 'at start' })
    expect(outputs.get('standard output')).toMatch(/^no verdict: .*exit code 1/m)
    expect(outputs.get('standard output')).toContain('<secret 1>')
    expect(leaksIn(outputs, secrets)).toEqual([])
  })
})
