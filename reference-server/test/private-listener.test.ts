import { expect, test } from 'vitest'
import { makeMetrics } from '../src/metrics.ts'
import { startPrivateListener } from '../src/private-listener.ts'

test('probes and metrics are answered, and readiness fails while draining and without the broker', async () => {
  const metrics = makeMetrics(false)
  metrics.count('messages_accepted')
  metrics.count('connections_ended', 'replaced')
  metrics.gauge('connections_open', () => 7)
  let isReady = true
  let isDraining = false
  const address = { host: '127.0.0.1', port: 0 }
  const listener = await startPrivateListener(address, {
    isDraining: () => isDraining,
    isReady: () => isReady,
    metrics,
  })
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(listener.url + path)
    return [answer.status, await answer.text()]
  }
  expect((await get('/livez'))[0]).toBe(200)
  expect((await get('/readyz'))[0]).toBe(200)
  isReady = false
  expect(await get('/readyz')).toEqual([503, 'the broker is unavailable\n'])
  isDraining = true
  expect(await get('/readyz')).toEqual([503, 'draining\n'])
  const [, text] = await get('/metrics')
  expect(text).toContain('channel_messages_accepted_total 1')
  expect(text).toContain('channel_connections_ended_total{label="replaced"} 1')
  expect(text).toContain('channel_connections_open 7')
  expect((await get('/'))[0]).toBe(404)
  await listener.stop()
})
