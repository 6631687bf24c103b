import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCommands, readFiles } from './guide-listings.ts'

const guide = readFileSync(new URL('../guides/bring-a-server.md', import.meta.url), 'utf8')
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const files = readFiles(guide)

/** Stands for the published package, and for nothing else that npx could bring. */
const PRELUDE = `set -e
npx() { test "$1" = @channel-protocol/conformance; shift; "$NODE" "$MAIN" "$@"; }
`

/** The first compilation of a standard library takes its time. */
const PATIENCE_MS = 600_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-'))
  for (const { file, text } of files) writeFileSync(join(folder, file), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs commands of the guide in the folder of its files. */
function runCommands(commands: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-c', PRELUDE + commands], {
    cwd: folder,
    env: { ...process.env, NODE: process.execPath, MAIN, GOTOOLCHAIN: 'local', GOPROXY: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output }))
  })
}

describe('the guide for those who bring a server', () => {
  test('lists an adapter in Go, Python and Rust, and a plain program', () => {
    expect(files.map(({ file }) => file)).toEqual([
      'main.go',
      'service.py',
      'adapter.py',
      'main.rs',
      'plain.py',
    ])
    expect(readCommands(guide)).toHaveLength(4)
  })

  test.for(readCommands(guide).map((commands) => [commands]))(
    'reaches a verdict with evidence by %s',
    { timeout: PATIENCE_MS },
    async ([commands = '']) => {
      const { code, output } = await runCommands(commands)
      expect(output).toMatch(
        /^not conformant for core: \d+ MUSTs? broken, judged with test timings/m,
      )
      expect(Number(/^checks: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThan(4)
      expect(output).toContain('(my-server 0.1) announces core')
      expect(code).toBe(1)
    },
  )
})
