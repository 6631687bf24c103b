import { expect, test, vi } from 'vitest'
import { makeMetrics } from '../src/metrics.ts'
import type { Log } from '../src/ports.ts'
import { startServer } from '../src/server.ts'
import { warmUp } from '../src/warm-up.ts'

const makeLog = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() })

test('a service that nobody uses takes posts and delivers them, and nothing of it is left', async () => {
  const log = makeLog()
  const metrics = makeMetrics(false)
  const urls: string[] = []
  await warmUp(log as unknown as Log, async (settings, surroundings) => {
    const server = await startServer(settings, { ...surroundings, metrics })
    urls.push(server.baseUrl)
    return server
  })
  expect(await metrics.scrape()).toMatch(/messages_accepted_total 400$/m)
  expect(log.warn).not.toHaveBeenCalled()
  await expect(fetch(`${urls[0]}/v1`)).rejects.toThrow('fetch failed')
})

test('where it cannot be started, the log says so and nobody is held up', async () => {
  const log = makeLog()
  await warmUp(log as unknown as Log, () => Promise.reject(new Error('no loopback here')))
  expect(log.warn).toHaveBeenCalledOnce()
})
