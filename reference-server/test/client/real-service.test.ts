import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { Channel, type TokenAnswer, type Transport } from '../../client/index.ts'
import { type Relay, startRelay } from '../../demos/sse/relay.ts'
import { startService, type TestService } from '../start-service.ts'
import { record, type Told } from './open-channel.ts'

const profiles = 'core,robust,broadcast,resume,sse,control'
const both: Transport[] = ['websocket', 'event-stream']
const stops: (() => unknown)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface Real {
  service: TestService
  relay: Relay
  channel: Channel
  told: Told[]
  /** As if the page came back from the cache. */
  comeBack(): void
}

/** Waits of a second are none here, and longer ones have no end: both are tested on a clock that stands still. */
function soon(ms: number, fn: () => void): () => void {
  if (ms > 1000) return () => {}
  const timer = setImmediate(fn)
  return () => clearImmediate(timer)
}

/** A channel of `ada` that was welcomed, through a relay. */
async function open(transport: Transport, offered = profiles): Promise<Real> {
  const service = await startService(['--profiles', offered])
  stops.push(() => service.stop())
  const relay = await startRelay(new URL(service.baseUrl))
  stops.push(() => relay.stop())
  let comeBack = (): void => {}
  const channel = new Channel({
    token: async () => {
      const answer = (await service.post('/v1/tokens', { client_id: 'ada' })) as unknown
      const { connect_url, ...others } = answer as TokenAnswer
      const url = new URL(connect_url)
      url.host = relay.authority
      return { ...others, connect_url: url.href }
    },
    transport,
    surroundings: {
      after: soon,
      fraction: () => 0,
      onReturn: (fn) => {
        comeBack = fn
        return () => {}
      },
    },
  })
  stops.push(() => channel.close())
  const told = record(channel)
  await until(channel, 'open', () => told.length > 0)
  return { service, relay, channel, told, comeBack: () => comeBack() }
}

/** Resolves when that is so, at the latest after an event of that name. */
async function until(channel: Channel, name: string, isSo: () => boolean): Promise<void> {
  while (!isSo()) await once(channel as unknown as EventTarget, name)
}

const posts = 120

/** Posts numbers one after the other, disturbs after every twentieth, and answers with what was given. */
async function count({ service, channel, told }: Real, disturb: () => void): Promise<unknown[]> {
  const given = () => told.filter(([name]) => name === 'message').map(([, data]) => data)
  for (let number = 1; number <= posts; number += 1) {
    await service.post('/v1/messages', { client_id: 'ada', data: String(number) })
    if (number % 20 === 10) disturb()
  }
  await until(channel, 'message', () => given().at(-1) === String(posts))
  return given()
}

const numbers = Array.from({ length: posts }, (_, index) => String(index + 1))

describe.each(both)('a channel over a real %s', (transport) => {
  it('gives text unchanged, and ends when the page closes it', async () => {
    const { service, channel, told } = await open(transport)
    const data = 'é\r\n\0\u2028☃ {"a":1}'
    await service.post('/v1/messages', { client_id: 'ada', data })
    await service.post('/v1/broadcasts', { data })
    await until(channel, 'broadcast', () => told.length === 3)
    channel.close()
    await until(channel, 'close', () => told.length === 4)
    expect(told).toEqual([
      ['open', true],
      ['message', data],
      ['broadcast', data],
      ['close', 1000, ''],
    ])
  })

  it('loses, doubles and reorders nothing over connections that are cut', async () => {
    const real = await open(transport)
    expect(await count(real, () => real.relay.cut())).toEqual(numbers)
    expect(real.told.filter(([name]) => name === 'resumed').flat()).not.toContain(false)
  })

  it('loses, doubles and reorders nothing over connections that it replaces, and tells nothing', async () => {
    const real = await open(transport)
    expect(await count(real, real.comeBack)).toEqual(numbers)
    expect(new Set(real.told.map(([name]) => name))).toEqual(new Set(['open', 'message']))
  })

  it('stops where the application disconnects it', async () => {
    const { service, channel, told } = await open(transport)
    await service.post('/v1/disconnects', { client_id: 'ada' })
    await until(channel, 'close', () => told.length === 3)
    expect(told.slice(1)).toEqual([
      ['error', 4010, 'disconnected-by-application'],
      ['close', 4010, 'disconnected-by-application'],
    ])
  })
})

it('loses nothing over connections that it replaces where the service cannot resume', async () => {
  const real = await open('websocket', 'core,robust')
  expect(await count(real, real.comeBack)).toEqual(numbers)
  expect(new Set(real.told.map(([name]) => name))).toEqual(new Set(['open', 'message']))
})
