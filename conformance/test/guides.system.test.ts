import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCommands, readFiles } from './guide-listings.ts'
import { runCommands } from './guide-shell.ts'

const guide = readFileSync(new URL('../guides/bring-a-server.md', import.meta.url), 'utf8')
const files = readFiles(guide)

/** The first compilation of a standard library takes its time. */
const PATIENCE_MS = 600_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-'))
  for (const { file, text } of files) writeFileSync(join(folder, file), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

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
      const { code, output } = await runCommands(folder, commands)
      expect(output).toMatch(
        /^not conformant for core: \d+ MUSTs? broken, judged with test timings/m,
      )
      expect(Number(/^checks: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThan(4)
      expect(output).toContain('(my-server 0.1) announces core')
      expect(code).toBe(1)
    },
  )
})
