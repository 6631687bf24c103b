import { describe, expect, test } from 'vitest'
import { conformance } from './processes.ts'

describe('channel-conformance', () => {
  test('finds the same three times, each time in another order', async () => {
    const { code, stdout } = await conformance('run', '--repeat', '3', '--seed', '1')
    expect(stdout).toContain('run 3 of 3')
    expect(code, stdout).toBe(0)
  })

  // The whole takes longer than a run of all tests may: MATRIX_SHARE chooses another share of it.
  const share = process.env.MATRIX_SHARE ?? '1/80'
  test(`sees faults only by the checks that are aimed at them, in share ${share} of all other pairs`, async () => {
    const { code, stdout } = await conformance('self-test', '--full', '--share', share)
    expect(code, stdout).toBe(0)
  })
})
