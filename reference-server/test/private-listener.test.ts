import { expect, test } from 'vitest'
import { makeMetrics } from '../src/metrics.ts'
import { startPrivateListener } from '../src/private-listener.ts'

test('probes and metrics are answered, and readiness fails while draining', async () => {
  const metrics = makeMetrics(false)
  metrics.count('messages_accepted')
  metrics.count('connections_ended', 'replaced')
  metrics.gauge('connections_open', () => 7)
  let ready = true
  const address = { host: '127.0.0.1', port: 0 }
  const listener = await startPrivateListener(address, { isReady: () => ready, metrics })
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(listener.url + path)
    return [answer.status, await answer.text()]
  }
  expect((await get('/livez'))[0]).toBe(200)
  expect((await get('/readyz'))[0]).toBe(200)
  ready = false
  expect((await get('/readyz'))[0]).toBe(503)
  const [, text] = await get('/metrics')
  expect(text).toContain('channel_messages_accepted_total 1')
  expect(text).toContain('channel_connections_ended_total{label="replaced"} 1')
  expect(text).toContain('channel_connections_open 7')
  expect((await get('/'))[0]).toBe(404)
  await listener.stop()
})
