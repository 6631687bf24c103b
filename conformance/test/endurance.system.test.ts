import { describe, expect, test } from 'vitest'
import { expectOnlyAimedFailures } from './faulty-server.ts'
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

  test('finds the same twenty times, each time in another order', async () => {
    const { code, stdout } = await conformance('run', '--repeat', '20', '--seed', '1')
    expect(stdout).toContain('run 20 of 20')
    expect(code, stdout).toBe(0)
  })

  test.concurrent.for([
    'delivers-in-reverse-order',
    'keeps-old-connection-on-takeover',
    'signs-without-timestamp',
    'takes-404-for-success',
    'retries-overtaken-version',
  ])('fails a server with the fault %s for that alone', expectOnlyAimedFailures)

  test('catches every fault with the whole suite, and nothing else fails', async () => {
    const { code, stdout } = await conformance('self-test', '--full')
    expect(code, stdout).toBe(0)
  })
})
