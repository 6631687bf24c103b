import { expect, test } from 'vitest'
import { freePort } from '../src/target/free-port.ts'
import { conformance, startReferenceServer } from './processes.ts'

test('the reference server is judged conformant with production timings', async () => {
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
