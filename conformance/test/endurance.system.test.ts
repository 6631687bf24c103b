import { describe, expect, test } from 'vitest'
import { conformance, freePort, startReferenceServer } from './processes.ts'

describe('channel-conformance', () => {
  test('judges the reference server conformant with production timings', async () => {
    const webhooks = `http://127.0.0.1:${await freePort()}`
    const server = await startReferenceServer('--application-base', webhooks)
    try {
      const { code, stdout } = await conformance('run', server.url, '--webhooks', webhooks)
      expect(stdout).toContain('production timings')
      expect(stdout).toContain('needs short-timers')
      expect(code, stdout).toBe(0)
    } finally {
      await server.stop()
    }
  })

  test('finds the same five times, each time in another order', async () => {
    const { code, stdout } = await conformance('run', '--repeat', '5', '--seed', '1')
    expect(stdout).toContain('run 5 of 5')
    expect(code, stdout).toBe(0)
  })

  // The whole takes longer than a run of all tests may: MATRIX_SHARE chooses another share of it.
  const share = process.env.MATRIX_SHARE ?? '1/80'
  test(`sees faults only by the checks that are aimed at them, in share ${share} of all other pairs`, async () => {
    const { code, stdout } = await conformance('self-test', '--full', '--share', share)
    expect(code, stdout).toBe(0)
  })
})
