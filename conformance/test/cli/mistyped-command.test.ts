import { describe, expect, test } from 'vitest'
import { program } from '../../src/cli/program.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

describe('a word that no id can match', () => {
  test.each([
    ['docter', 'doctor'],
    ['selftest', 'self-test'],
    ['Replay', 'replay'],
    ['lst', 'list'],
  ])('is told from a pattern where it is near to a command: %s, %s', async (word, meant) => {
    const refusal = new UsageError(
      `there is no command ${word}; did you mean ${meant}? --help lists them`,
    )
    await expect(program([word], {})).rejects.toEqual(refusal)
  })

  test('is a pattern where it is near to none', async () => {
    await expect(program(['tokne'], {})).rejects.toThrow(/^no check or requirement matches tokne/)
  })
})
