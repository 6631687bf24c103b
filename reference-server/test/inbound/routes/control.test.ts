import { afterEach, expect, test } from 'vitest'
import { makeFakeClock } from '../../fake-clock.ts'
import { startService, type TestService } from '../../start-service.ts'

const SIGNING_KEY = 'a-signing-key-of-more-than-enough-bytes-0123456789'
const services: TestService[] = []

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()))
})

async function start(...facts: Parameters<typeof startService>): Promise<TestService> {
  const service = await startService(...facts)
  services.push(service)
  return service
}

const revocation = { client_id: 'ann', revoke_tokens: true }

test('of tokens minted before and after a revocation in one instant only the later opens', async () => {
  const service = await start([], { clock: makeFakeClock() })
  const early = await service.mint('ann')
  expect(await service.post('/v1/disconnects', revocation)).toEqual({ connections: 0 })
  const later = await service.mint('ann')
  expect(await service.connect(early).closed).toEqual([4301, 'token-invalid'])
  expect(await service.connect(later).next()).toMatchObject({ type: 'welcome' })
})

test('a disconnect closes with 4010, and the token opens again where it is not revoked', async () => {
  const service = await start()
  const token = await service.mint('ann')
  const client = service.connect(token)
  await client.next()
  const body = { client_id: 'ann' }
  expect(await service.post('/v1/disconnects', body)).toEqual({ connections: 1 })
  expect(await client.closed).toEqual([4010, 'disconnected-by-application'])
  expect(await service.connect(token).next()).toMatchObject({ type: 'welcome' })
})

test('a run that can revoke takes no token of an earlier run, whose revocations are lost', async () => {
  const flags = ['--signing-key', SIGNING_KEY]
  const token = await (await start(flags)).mint('ann')
  expect(await (await start(flags)).connect(token).closed).toEqual([4301, 'token-invalid'])
})

test('a run that cannot revoke takes the tokens of an earlier run', async () => {
  const flags = ['--signing-key', SIGNING_KEY, '--profiles', 'core']
  const token = await (await start(flags)).mint('ann')
  expect(await (await start(flags)).connect(token).next()).toMatchObject({ type: 'welcome' })
})
