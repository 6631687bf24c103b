import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../src/broker-port.ts'
import type { Fault } from '../src/parts.ts'
import { Refusal } from '../src/refusal.ts'
import { type FakeClock, makeFakeClock } from './fake-clock.ts'
import { startReceiver } from './start-receiver.ts'
import { silentLog, startService, type TestService } from './start-service.ts'

let clock: FakeClock
let service: TestService
let receiver: Awaited<ReturnType<typeof startReceiver>>
let isAway: boolean
let warnings: string[]

/** A broker that cannot be reached while the test says so. */
const away: Fault = {
  name: 'is-away',
  misdeed: 'The broker cannot be reached at times.',
  breaks: [],
  apply: ({ ports }) => {
    const guard = (name: string, method: (...facts: never[]) => unknown): unknown =>
      ['isReady', 'stop'].includes(name)
        ? method
        : async (...facts: never[]) => {
            if (isAway) throw new Refusal('unavailable', 'away', { retryAfterSeconds: 1 })
            return method(...facts)
          }
    const guarded = Object.entries(ports.broker).map(([name, method]) => [
      name,
      guard(name, method as () => unknown),
    ])
    ports.broker = { ...(Object.fromEntries(guarded) as Broker), isReady: () => !isAway }
  },
}

beforeEach(async () => {
  isAway = false
  clock = makeFakeClock()
  receiver = await startReceiver()
  warnings = []
  const log = { ...silentLog, warn: (_fields: object, message: string) => warnings.push(message) }
  service = await startService(receiver.flags, { clock, log }, [away])
})

afterEach(async () => {
  await service.stop()
  receiver.stop()
})

const MESSAGE = { client_id: 'ann', data: 'x' }

test('every call that needs the broker is refused with 503 while it is away, and answered again afterwards', async () => {
  const calls: [string, string, unknown, number][] = [
    ['POST', '/v1/messages', MESSAGE, 200],
    ['POST', '/v1/broadcasts', { data: 'x' }, 200],
    ['POST', '/v1/tokens', { client_id: 'ann' }, 201],
    ['POST', '/v1/disconnects', { client_id: 'ann', revoke_tokens: true }, 200],
    ['GET', '/v1/presence?client_id=ann', undefined, 200],
    ['GET', '/v1/presence', undefined, 200],
  ]
  for (const [method, path, body, status] of calls)
    expect([path, (await service.call(method, path, body)).status]).toEqual([path, status])
  isAway = true
  expect(service.isReady()).toBe(false)
  for (const [method, path, body] of calls) {
    const answer = await service.call(method, path, body)
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '1'])
    expect(await answer.json()).toMatchObject({ code: 'unavailable', retryable: true })
  }
  const keyed = await service.call('POST', '/v1/messages', MESSAGE, { 'idempotency-key': 'a' })
  expect(keyed.status).toBe(503)
  isAway = false
  expect(service.isReady()).toBe(true)
  for (const [method, path, body, status] of calls)
    expect([path, (await service.call(method, path, body)).status]).toEqual([path, status])
})

test('in a batch each message is refused for itself, and the batch is answered', async () => {
  isAway = true
  const answer = await service.post('/v1/batches', { messages: [MESSAGE, MESSAGE] })
  expect(answer.results).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }])
})

test('connections stay while it is away, and are sent what is accepted afterwards', async () => {
  const client = service.connect(await service.mint('ann'))
  expect(await client.next()).toMatchObject({ type: 'welcome' })
  await receiver.take('connected')
  isAway = true
  await service.post('/v1/messages', MESSAGE)
  isAway = false
  await service.post('/v1/messages', { ...MESSAGE, data: 'y' })
  expect(await client.next()).toMatchObject({ type: 'message', seq: 1, data: 'y' })
})

test('who connects while it is away is told to come back later, and was never online', async () => {
  const token = await service.mint('ann')
  isAway = true
  expect(await service.connect(token).closed).toEqual([4101, 'internal-error'])
  isAway = false
  const read = await service.call('GET', '/v1/presence?client_id=ann')
  expect(await read.json()).toMatchObject({ online: false, version: 0 })
})

test('who leaves while it is away is reported once it is back, and logged once', async () => {
  const client = service.connect(await service.mint('ann'))
  await client.next()
  await receiver.take('connected')
  isAway = true
  client.socket.close(1000)
  await client.closed
  await clock.advance(5000)
  const before = warnings.length
  await clock.advance(60_000)
  expect(warnings.length).toBe(before)
  expect(warnings).toContain('the broker cannot be reached')
  isAway = false
  await clock.advance(5000)
  await setImmediate()
  const { form } = await receiver.take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'closed' })
})

test('a webhook that failed before it went away is attempted again once it is back, however long that lasted', async () => {
  const client = service.connect(await service.mint('ann'))
  await client.next()
  await receiver.take('connected')
  client.socket.close(1000)
  await receiver.take('disconnected', 500)
  await setImmediate()
  isAway = true
  await clock.advance(2 * 3_600_000)
  isAway = false
  await clock.advance(5000)
  const { form } = await receiver.take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'closed' })
})
