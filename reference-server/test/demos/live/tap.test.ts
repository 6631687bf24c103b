import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Exchange } from '../../../demos/live/kinds.ts'
import { makeTap } from '../../../demos/live/tap.ts'
import { type Receiver, startReceiver } from '../../start-receiver.ts'
import { startService, type TestService } from '../../start-service.ts'

let receiver: Receiver
let service: TestService
let seen: Exchange[]

async function start(showsText: boolean): Promise<void> {
  const tap = makeTap({ emit: (exchange) => seen.push(exchange), showsText })
  const fault = { name: 'tap', misdeed: '', breaks: [], ...tap }
  service = await startService(['--test-timings', ...receiver.flags], {}, [fault])
}

beforeEach(async () => {
  seen = []
  receiver = await startReceiver()
})

afterEach(async () => {
  await service.stop()
  receiver.stop()
})

const kinds = (): string[] => seen.map(({ kind }) => kind).filter((kind) => kind !== 'started')

/** A client that comes, is sent a message and goes. */
async function visit(clientId: string): Promise<string> {
  const token = await service.mint(clientId)
  const client = service.connect(token)
  await client.next()
  await receiver.take('connected')
  await service.post('/v1/messages', { client_id: clientId, data: 'good morning, Ada Lovelace' })
  await client.next()
  client.socket.close(1000)
  await client.closed
  await receiver.take('disconnected')
  return token
}

test('a visit is seen from the token to the last webhook, in its order', async () => {
  await start(true)
  await visit('ada')
  expect(kinds()).toEqual([
    'token',
    'connect',
    'welcome',
    'came',
    'post',
    'message',
    'closed',
    'left',
  ])
  expect(seen.filter(({ who }) => who !== undefined).every(({ who }) => who === 'ada')).toBe(true)
})

test('what is seen holds no token, and the beginning of a text only where texts may be shown', async () => {
  await start(true)
  const token = await visit('ada')
  expect(JSON.stringify(seen)).not.toContain(token.slice(0, 20))
  expect(seen.find(({ kind }) => kind === 'post')?.note).toBe('good morning, Ada Lovelace')
  await service.stop()
  seen = []
  await start(false)
  await visit('ada')
  expect(JSON.stringify(seen)).not.toContain('morning')
  expect(seen.find(({ kind }) => kind === 'post')?.note).toBe('26 bytes')
})

test('a long text and a long client id are shortened', async () => {
  await start(true)
  const clientId = 'x'.repeat(200)
  await service.post('/v1/messages', { client_id: clientId, data: '😀'.repeat(200) })
  const [post] = seen.filter(({ kind }) => kind === 'post')
  expect([...(post?.who ?? '')]).toHaveLength(24)
  expect([...(post?.note ?? '')]).toHaveLength(40)
})

test('the clients of the live view itself are left out, a refusal of theirs too', async () => {
  await start(true)
  const token = await visit('live-abc')
  expect(kinds()).toEqual([])
  await service.post('/v1/disconnects', { client_id: 'live-abc', revoke_tokens: true })
  expect(await service.connect(token).closed).toEqual([4301, 'token-invalid'])
  expect(kinds()).toEqual([])
})

test('a refusal and the end of a replaced connection are seen with their slugs', async () => {
  await start(true)
  await service.connect('forged').closed
  expect(seen.at(-1)).toMatchObject({ kind: 'refused', note: 'token-invalid' })
  const token = await service.mint('ada')
  const older = service.connect(token)
  await older.next()
  await receiver.take('connected')
  const newer = service.connect(token)
  await newer.next()
  expect(await older.closed).toEqual([4009, 'replaced'])
  expect(seen.at(-1)).toMatchObject({ kind: 'replaced', who: 'ada', note: '4009 replaced' })
})

test('a webhook that is not taken is seen with its status', async () => {
  await start(true)
  const client = service.connect(await service.mint('ada'))
  await client.next()
  await receiver.take('connected', 500)
  await receiver.take('connected')
  expect(seen).toContainEqual(expect.objectContaining({ kind: 'failed', note: 'status 500' }))
})
