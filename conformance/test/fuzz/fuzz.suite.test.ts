import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readCase } from '../../src/fuzz/case-file.ts'
import { conformance } from '../processes.ts'

const folder = new URL('../../fuzz-cases/', import.meta.url)
/** Committed cases, and the fault of the reference server that each was found on. */
const FOUND_ON: Readonly<Record<string, string>> = {
  'presence-grace-returned-2-steps.json': 'skips-grace',
  'socket-broadcast-all-2-steps.json': 'broadcasts-to-pending-sockets',
}
/** Steps that a case of one fault needs at most, simplified. */
const MOST_STEPS = 3

describe('fuzz', () => {
  test.each(Object.entries(FOUND_ON))(
    'finds %s again on %s, and makes it as simple',
    async (name, fault) => {
      const saved = readCase(fileURLToPath(new URL(name, folder)))
      const { code, stdout, stderr } = await conformance(
        ...['fuzz', '--fault', fault, '--seed', `${saved.seed}`, '--seconds', '60', '--json'],
      )
      const outcome = JSON.parse(stdout) as { case: typeof saved }
      expect(outcome.case.found.requirement, stderr).toBe(saved.found.requirement)
      expect(outcome.case.steps.length).toBeLessThanOrEqual(MOST_STEPS)
      expect(code).toBe(1)
    },
  )

  test.each(Object.entries(FOUND_ON))(
    'plays %s: it fails on %s and on nothing sound',
    async (name, fault) => {
      const file = fileURLToPath(new URL(name, folder))
      const { found } = readCase(file)
      const broken = await conformance('fuzz', '--case', file, '--fault', fault)
      expect(broken.stdout).toContain(`BROKEN ${found.requirement}`)
      expect(broken.code).toBe(1)
      const sound = await conformance('fuzz', '--case', file)
      expect(sound.stdout).toContain('1 sequence of')
      expect(sound.stdout).toContain('nothing found')
      expect(sound.code).toBe(0)
    },
  )

  test('knows every committed case', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual(
      Object.keys(FOUND_ON),
    )
  })

  test('finds nothing wrong with the reference server', async () => {
    const { code, stdout } = await conformance('fuzz', '--seed', '4', '--seconds', '10')
    expect(stdout).toContain('nothing found')
    expect(code).toBe(0)
  })

  test('demands no Close at expiry of a client that was lost before, where none can ask who is here', async () => {
    const place = mkdtempSync(join(tmpdir(), 'fuzz-case-'))
    const file = join(place, 'case.json')
    const steps = [
      { do: 'connect', how: 'short', who: 'ada' },
      { do: 'drop', how: 'silently', who: 'ada' },
      { do: 'expire', how: 'now', who: 'ada' },
    ]
    const found = { requirement: 'token.expiry.close', expected: 'a Close', got: 'an end' }
    const one = { name: 'lost', found, target: 'core', seed: 1, most_steps: 3, path: '1', steps }
    writeFileSync(file, JSON.stringify(one))
    const server = [process.execPath, 'reference-server/src/main.ts', '--profiles', 'core']
    const { code, stdout } = await conformance(
      ...['fuzz', '--case', file, '--exec', '--plain', '--', ...server],
    )
    rmSync(place, { recursive: true })
    expect(stdout).toContain('1 sequence of 3 steps')
    expect(stdout).toContain('nothing found')
    expect(code).toBe(0)
  })

  test.each([
    [['--path', '1'], /give --seed too/],
    [['--seconds', '0'], /--seconds takes a whole number/],
    [['http://127.0.0.1:1', '--fault', 'skips-grace'], /give no URL/],
    [['--fault', 'flies'], /has no fault flies/],
    [['--case', 'nowhere.json'], /cannot be read/],
  ])('says what to do where it was asked wrongly: %j', async (args, reason) => {
    const { code, stderr } = await conformance('fuzz', ...args)
    expect(stderr).toMatch(reason)
    expect(code).toBe(2)
  })

  test('has no verdict where nothing answers', async () => {
    const { code } = await conformance('fuzz', 'http://127.0.0.1:1', '--no-webhooks')
    expect(code).toBe(3)
  })
})
