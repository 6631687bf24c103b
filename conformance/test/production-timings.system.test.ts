/** What waits as long as production does is judged by its URL, both servers side by side: nearly all of it is waiting. */
import { describe, test } from 'vitest'
import { conformance, freePort, startReferenceServer, startServer } from './processes.ts'
import { PYTHON_SERVER, VERDICT } from './second-implementation.ts'

describe.concurrent('with production timings', () => {
  test('the reference server is judged conformant', async ({ expect }) => {
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

  test('the second implementation passes all its profiles', async ({ expect }) => {
    const webhooks = `http://127.0.0.1:${await freePort()}`
    const args = ['--port', '0', '--application-base', webhooks]
    const server = await startServer('python3', [PYTHON_SERVER, ...args])
    try {
      const { code, stdout } = await conformance('run', server.url, '--webhooks', webhooks)
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(VERDICT)
      expect(stdout).toContain('production timings')
      expect(code, stdout).toBe(0)
    } finally {
      await server.stop()
    }
  })
})
