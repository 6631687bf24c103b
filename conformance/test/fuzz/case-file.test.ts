import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Case, readCase, saveCase, UnreadableCase } from '../../src/fuzz/case-file.ts'

const saved: Case = {
  name: 'presence.grace.returned in 1 step',
  found: { requirement: 'presence.grace.returned', expected: 'version 1', got: 'version 3' },
  steps: [{ do: 'drop', how: 'silently', who: 'ada' }],
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'fuzz-'))

describe('a saved case', () => {
  test('is read as it was written, from a file with a name that a person knows again', () => {
    const here = join(folder(), 'cases')
    const file = saveCase(here, saved)
    expect(readdirSync(here)).toEqual(['presence-grace-returned-1-step.json'])
    expect(readCase(file)).toEqual(saved)
  })

  test.each([
    ['no file', undefined, /cannot be read/],
    ['no JSON', '{', /is no JSON/],
    ['no case', '{"steps":[]}', /is no saved case/],
    [
      'a step of another version',
      JSON.stringify({ ...saved, steps: [{ do: 'fly', how: 'high', who: 'ada' }] }),
      /does not know: fly high/,
    ],
  ])('is refused with a reason: %s', (_, text, reason) => {
    const file = join(folder(), 'case.json')
    if (text !== undefined) writeFileSync(file, text)
    expect(() => readCase(file)).toThrow(UnreadableCase)
    expect(() => readCase(file)).toThrow(reason)
  })
})
