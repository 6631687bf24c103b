import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeMetrics } from '../../src/metrics.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { KEY, startService, type TestService } from '../start-service.ts'

const PROXY = ['--trusted-proxy', '127.0.0.0/8']
const PER_ADDRESS = ['--test-timings', '--address-handshakes-per-second', '2']
const PER_NODE = ['--test-timings', '--handshakes-per-second', '2']

/** The status of a refused upgrade, or 101. */
async function shake(service: TestService, headers: Record<string, string> = {}) {
  const url = `${service.baseUrl.replace('http', 'ws')}/v1/connect`
  const protocols = ['channel-protocol.v1', `channel-token.${await service.mint('ada')}`]
  const socket = new WebSocket(url, protocols, { headers })
  return new Promise<{ status: number | undefined; after: string | undefined }>((resolve) => {
    socket.once('open', () => {
      resolve({ status: 101, after: undefined })
      socket.terminate()
    })
    socket.once('unexpected-response', (_request, response) => {
      resolve({ status: response.statusCode, after: response.headers['retry-after'] })
      socket.terminate()
    })
    socket.on('error', () => {})
  })
}

const from = (address: string) => ({ 'x-forwarded-for': address })

describe('an address that makes too many handshakes', () => {
  test('is refused with 429 and when to come back, others are welcomed, and it is again a second later', async () => {
    const clock = makeFakeClock()
    const metrics = makeMetrics(false)
    const service = await startService([...PROXY, ...PER_ADDRESS], { clock, metrics })
    for (let count = 0; count < 2; count += 1)
      expect(await shake(service, from('203.0.113.7'))).toMatchObject({ status: 101 })
    expect(await shake(service, from('203.0.113.7'))).toEqual({ status: 429, after: '1' })
    expect(await shake(service, from('203.0.113.8'))).toMatchObject({ status: 101 })
    expect(await metrics.scrape()).toContain('handshakes_refused_total{label="address"} 1')
    await clock.advance(500)
    expect(await shake(service, from('203.0.113.7'))).toMatchObject({ status: 101 })
    await service.stop()
  })

  test('takes nothing from what all others have together', async () => {
    const flags = [...PROXY, ...PER_ADDRESS, '--handshakes-per-second', '4']
    const service = await startService(flags, { clock: makeFakeClock() })
    for (let count = 0; count < 9; count += 1) await shake(service, from('203.0.113.7'))
    expect(await shake(service, from('203.0.113.8'))).toMatchObject({ status: 101 })
    expect(await shake(service, from('203.0.113.9'))).toMatchObject({ status: 101 })
    expect(await shake(service, from('203.0.113.10'))).toMatchObject({ status: 429 })
    await service.stop()
  })

  test('cannot pass for others by a header while no proxy is trusted', async () => {
    const service = await startService(PER_ADDRESS, { clock: makeFakeClock() })
    await shake(service, from('203.0.113.7'))
    await shake(service, from('203.0.113.8'))
    expect(await shake(service, from('203.0.113.9'))).toMatchObject({ status: 429 })
    await service.stop()
  })
})

test('handshakes are counted before their token is looked at, and streams with them', async () => {
  const service = await startService(PER_NODE, { clock: makeFakeClock() })
  const stream = () =>
    fetch(`${service.baseUrl}/v1/connect`, {
      headers: { accept: 'text/event-stream', authorization: 'Bearer forged' },
    })
  expect((await stream()).status).toBe(200)
  expect((await stream()).status).toBe(200)
  const refused = await stream()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  expect(await shake(service)).toMatchObject({ status: 429 })
  await service.stop()
})

describe('an application key that makes too many calls', () => {
  const other = DEVELOPMENT.application_keys[1]
  const flags = ['--test-timings', '--calls-per-second', '2', '--application-key', other]
  const post = (service: TestService, key: string) =>
    service.call('POST', '/v1/messages', { client_id: 'ada', data: 'x' }, bearer(key))
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

  test('is refused with 429 and when to come back, and the other key is not', async () => {
    const clock = makeFakeClock()
    const service = await startService(flags, { clock })
    for (let count = 0; count < 2; count += 1) expect((await post(service, KEY)).status).toBe(200)
    const refused = await post(service, KEY)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await post(service, other)).status).toBe(200)
    await clock.advance(500)
    expect((await post(service, KEY)).status).toBe(200)
    await service.stop()
  })

  test('is not charged for the calls of strangers', async () => {
    const service = await startService(flags, { clock: makeFakeClock() })
    for (let count = 0; count < 5; count += 1)
      expect((await post(service, 'some-other-key')).status).toBe(401)
    expect((await post(service, KEY)).status).toBe(200)
    await service.stop()
  })
})
