import { setImmediate } from 'node:timers/promises'
import { TIMINGS } from '@channel-protocol/schemas/registry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'
import { openStream, type TestStream } from '../open-stream.ts'
import { connectRaw, exchange, readUntil } from '../raw-exchange.ts'
import { startReceiver } from '../start-receiver.ts'
import { startService, type TestService } from '../start-service.ts'

const ASK = 'GET /v1/connect HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n'
let service: TestService

beforeAll(async () => {
  service = await startService(['--origin', 'https://page.example'])
})
afterAll(() => service.stop())

async function stream(
  clientId: string,
  headers: Record<string, string> = {},
  query = '',
  at: TestService = service,
): Promise<TestStream> {
  const authorization = `Bearer ${await at.mint(clientId)}`
  return openStream(at.baseUrl, { authorization, ...headers }, query)
}

async function timedService(flags: string[] = []): Promise<[TestService, FakeClock]> {
  const clock = makeFakeClock()
  return [await startService(flags, { clock }), clock]
}

function post(clientId: string, data: string, at: TestService = service) {
  return at.post('/v1/messages', { client_id: clientId, data })
}

test('a request with a live token is welcomed with a stream that nobody keeps', async () => {
  const { answer, next, drop } = await stream('ann')
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'access-control-allow-origin': '*',
  })
  const welcome = await next()
  expect(welcome?.event).toBe('welcome')
  expect(welcome?.envelope).toMatchObject({ type: 'welcome', client_id: 'ann', resumed: false })
  drop()
})

const closed = (code: number, reason: string, id?: string) => [
  { event: 'close', id, envelope: { type: 'close', code, reason } },
]

test.each<[string, Record<string, string>, number, string]>([
  ['no Authorization', {}, 4000, 'bad-request'],
  ['another scheme', { authorization: 'Basic eA==' }, 4000, 'bad-request'],
  ['a forged token', { authorization: 'Bearer abc.def' }, 4301, 'token-invalid'],
  ['a foreign origin', { origin: 'https://evil.example' }, 4003, 'forbidden'],
])('a request with %s is refused by a stream of one close event', async (...row) => {
  const [, headers, code, slug] = row
  const { answer, rest } = await openStream(service.baseUrl, headers)
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
  expect(await rest()).toEqual(closed(code, slug, code < 4100 ? `closed-${code}` : undefined))
})

test('the same token given twice counts as two', async () => {
  const given = `Authorization: Bearer ${await service.mint('twice')}\r\n`
  const answer = await exchange(service.baseUrl, `${ASK}Connection: close\r\n${given}${given}\r\n`)
  expect(answer).toContain('"reason":"bad-request"')
})

test('a request without Host is refused before the stream, readably', async () => {
  const ask = ASK.replace('Host: x\r\n', 'Connection: close\r\n')
  const answer = await exchange(service.baseUrl, `${ask}\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(answer).toContain('access-control-allow-origin: *')
})

test('a request of HTTP/1.0 is answered with a stream too', async () => {
  const ask = ASK.replace('1.1', '1.0')
  expect(await exchange(service.baseUrl, `${ask}\r\n`)).toContain('"reason":"bad-request"')
})

test('OPTIONS allows pages of any origin what a script needs for a stream', async () => {
  const answer = await service.call('OPTIONS', '/v1/connect')
  expect(answer.status).toBe(204)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'authorization, last-event-id',
  })
})

test('a method that the connect path does not take is told both that it takes', async () => {
  const answer = await service.call('POST', '/v1/connect', {})
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, OPTIONS'])
})

test('a request that does not name the media type is no request for a stream', async () => {
  const { answer } = await stream('ann', { accept: '*/*' })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([426, null])
})

test('a service without the profile knows neither streams nor OPTIONS', async () => {
  const plain = await startService(['--profiles', 'core,robust,broadcast,resume'])
  const { answer } = await stream('ann', {}, '', plain)
  expect(answer.status).toBe(426)
  const asked = await plain.call('OPTIONS', '/v1/connect')
  expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'GET'])
  await plain.stop()
})

test('who was told to stop is answered 204, whatever the token', async () => {
  const { answer } = await openStream(service.baseUrl, { 'last-event-id': 'closed-4009' })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
})

test('messages and broadcasts come as events with an id, whatever they hold', async () => {
  const { next, drop } = await stream('reader')
  const { id: start } = (await next()) ?? {}
  const data = 'a\r\nb\rc\nd\0e\u2028f\u2029g\u0085: h'
  const receipt = await post('reader', data)
  const message = await next()
  expect(message).toMatchObject({
    event: 'message',
    envelope: { type: 'message', id: receipt.id, seq: 1, data },
  })
  await service.post('/v1/broadcasts', { data: 'for all' })
  const broadcast = await next()
  expect(broadcast).toMatchObject({ event: 'broadcast', envelope: { data: 'for all' } })
  expect(new Set([start, message?.id, broadcast?.id]).size).toBe(3)
  drop()
})

test('a client that comes back with its last id is sent what it missed of both streams', async () => {
  const first = await stream('back')
  await first.next()
  await post('back', 'one')
  const { id = '' } = (await first.next()) ?? {}
  first.drop()
  await post('back', 'two')
  await service.post('/v1/broadcasts', { data: 'three' })
  const second = await stream('back', { 'last-event-id': id }, '?after=nothing')
  expect((await second.next())?.envelope).toMatchObject({ resumed: true, seq: 1 })
  expect((await second.next())?.envelope).toMatchObject({ data: 'two', seq: 2 })
  expect((await second.next())?.envelope).toMatchObject({ data: 'three' })
  second.drop()
})

test('the cursors of the query count where there is no last id, or an empty one', async () => {
  await post('query', 'one')
  const { cursor } = await service.post('/v1/tokens', { client_id: 'query' })
  await post('query', 'two')
  for (const headers of [{}, { 'last-event-id': '' }]) {
    const { next, drop } = await stream('query', headers, `?after=${cursor}`)
    expect((await next())?.envelope).toMatchObject({ resumed: true, seq: 1 })
    expect((await next())?.envelope).toMatchObject({ data: 'two' })
    drop()
  }
})

test.each(['nothing', 'closed-4300', 'msg_1_1,cast_1_1'])(
  'a client that comes back with %j is welcomed without what it missed',
  async (lastEventId) => {
    await post('lost', 'one')
    const { next, drop } = await stream('lost', { 'last-event-id': lastEventId })
    const { envelope } = (await next()) ?? {}
    expect(envelope).toMatchObject({ type: 'welcome', resumed: false })
    await post('lost', 'later')
    expect((await next())?.envelope).toMatchObject({ data: 'later' })
    drop()
  },
)

test('the newest connection wins, whichever of the two is a stream', async () => {
  const socket = service.connect(await service.mint('both'))
  await socket.next()
  const older = await stream('both')
  expect(await socket.closed).toEqual([4009, 'replaced'])
  await older.next()
  const newer = await stream('both')
  expect(await older.rest()).toEqual(closed(4009, 'replaced', 'closed-4009'))
  await newer.next()
  const last = service.connect(await service.mint('both'))
  await last.next()
  expect(await newer.rest()).toEqual(closed(4009, 'replaced', 'closed-4009'))
  last.socket.terminate()
})

test('a stream ends with 4300 when its token expires', async () => {
  const [timed, clock] = await timedService()
  const authorization = `Bearer ${await timed.mint('ann', 5)}`
  const { next, rest } = await openStream(timed.baseUrl, { authorization })
  await next()
  await clock.advance(5000)
  expect(await rest()).toEqual(closed(4300, 'token-expired'))
  const late = await openStream(timed.baseUrl, { authorization })
  expect(await late.rest()).toEqual(closed(4300, 'token-expired'))
  await timed.stop()
})

test('a stream ends with 4201 at its lifetime and not before, and says that it lives until then', async () => {
  const [timed, clock] = await timedService()
  const { next, rest } = await stream('ann', {}, '', timed)
  await next()
  await clock.advance(26_000)
  expect(await next()).toEqual({
    event: 'heartbeat',
    id: undefined,
    envelope: { type: 'heartbeat' },
  })
  await clock.advance(299_999 - 26_000)
  await post('ann', 'still here', timed)
  await clock.advance(1)
  const events = (await rest()).filter(({ event }) => event !== 'heartbeat')
  expect(events[0]?.envelope).toMatchObject({ data: 'still here' })
  expect(events.slice(1)).toEqual(closed(4201, 'max-lifetime'))
  await timed.stop()
})

test('a client that ends its stream is lost, with the grace', async () => {
  const receiver = await startReceiver()
  const [timed, clock] = await timedService(receiver.flags)
  const { next, drop } = await stream('gone', {}, '', timed)
  await next()
  await receiver.take('connected')
  expect(await post('gone', 'one', timed)).toMatchObject({ connections: 1 })
  drop()
  while ((await post('gone', 'two', timed)).connections !== 0) await setImmediate()
  await clock.advance(TIMINGS.presence_grace_seconds.default * 1000)
  expect((await receiver.take('disconnected')).form).toMatchObject({ reason: 'lost' })
  await timed.stop()
  receiver.stop()
})

test('a stream counts among the connections, and one too many is refused', async () => {
  const small = await startService(['--test-timings', '--connections', '1'])
  const first = await stream('first', {}, '', small)
  await first.next()
  expect(await small.connect(await small.mint('second')).closed).toEqual([4100, 'over-capacity'])
  const third = await stream('third', {}, '', small)
  expect(await third.rest()).toEqual(closed(4100, 'over-capacity'))
  await post('first', 'still here', small)
  expect((await first.next())?.envelope).toMatchObject({ data: 'still here' })
  await small.stop()
})

test('a stream that nobody reads is ended, and the others go on', async () => {
  const [timed, clock] = await timedService()
  const other = await stream('other', {}, '', timed)
  await other.next()
  const reader = connectRaw(timed.baseUrl)
  reader.write(`${ASK}Authorization: Bearer ${await timed.mint('slow')}\r\n\r\n`)
  await readUntil(reader, 'welcome')
  reader.pause()
  const data = 'x'.repeat(32_000)
  while ((await post('slow', data, timed)).connections === 1) await clock.advance(50)
  await post('other', 'still here', timed)
  expect((await other.next())?.envelope).toMatchObject({ data: 'still here' })
  reader.destroy()
  await timed.stop()
})

test('a draining service says so on each stream, ends it and lets no other in', async () => {
  const [timed, clock] = await timedService()
  const { next, rest } = await stream('ann', {}, '', timed)
  const token = await timed.mint('late')
  await next()
  const drained = timed.drain()
  const { answer } = await openStream(timed.baseUrl, { authorization: `Bearer ${token}` })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([503, '*'])
  await clock.advance(10_000)
  const [reconnect, ...others] = await rest()
  expect(reconnect).toMatchObject({ event: 'reconnect', id: undefined })
  expect(others).toEqual(closed(4200, 'draining'))
  await drained
})

test('a stopped service leaves no stream behind', async () => {
  const stopped = await startService()
  const { next, rest } = await stream('ann', {}, '', stopped)
  await next()
  await stopped.stop()
  expect(await rest()).toEqual([])
})
