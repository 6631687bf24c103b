/** The soak in seconds: that it finds nothing in the server as it is, and that it would find something. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../soak/main.ts', import.meta.url))

function soak(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr })
    })
  })
}

const ROUND = ['--minutes', '0.1', '--seed', '7', '--clients', '20', '--rate', '80']

test.concurrent.for(['memory', 'sqlite', 'redis'])(
  'a round of the soak finds every promise kept with state in %s',
  {
    timeout: 600_000,
  },
  async (broker, { expect }) => {
    const { code, output } = await soak(...ROUND, '--broker', broker)
    expect(output).toContain('every promise was kept')
    expect(code, output).toBe(0)
  },
)

test.concurrent('a round of the soak finds a server that resumes over a gap, and says how to see it again', {
  timeout: 600_000,
}, async ({ expect }) => {
  // So little is held that every connection which breaks has a gap.
  const server = ['--fault', 'resumes-over-a-gap', '--resume-messages', '1']
  const { code, output } = await soak(...ROUND, '--', ...server)
  expect(output).toMatch(/client \d+ \(channel \d+\) never heard "post \d+"/)
  expect(output).toContain('npm run soak -- --seed 7')
  expect(code, output).toBe(1)
})

test.concurrent('a wrong flag of the soak is named', async ({ expect }) => {
  const { code, output } = await soak('--clients', 'many')
  expect(output).toBe('soak: --clients many is not a number from 4 to 500\n')
  expect(code).toBe(2)
})
