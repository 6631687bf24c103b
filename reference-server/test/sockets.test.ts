import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { afterEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Clock } from '../src/ports.ts'
import { type FakeClock, makeFakeClock } from './fake-clock.ts'
import { openPage } from './open-page.ts'
import { connectRaw, readUntil } from './raw-exchange.ts'
import { type Receiver, startReceiver } from './start-receiver.ts'
import { startService, type TestService } from './start-service.ts'

const closings: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

interface Setting {
  service: TestService
  application: Receiver
  mint(path?: string, ttlSeconds?: number): Promise<string>
}

async function start(flags: string[] = [], clock?: Clock): Promise<Setting> {
  const application = await startReceiver()
  closings.push(application.stop)
  const all = [...application.flags, ...flags]
  const service = await startService(all, clock ? { clock } : {})
  closings.push(service.stop)
  return {
    service,
    application,
    mint: async (path, ttl_seconds) =>
      String((await service.post('/v1/sockets', { path, ttl_seconds })).url),
  }
}

test('a page is heard, answered and told about at its end', async () => {
  const { service, application, mint } = await start()
  const page = openPage(await mint('/50%/a?b#c/고객'))
  const handshake = await application.next()
  const tail = '50%25/a%3Fb%23c/%EA%B3%A0%EA%B0%9D'
  expect(handshake).toMatchObject({
    target: `/_ah/websocket/handshake/${tail}`,
    form: { event: 'handshake', path: '50%/a?b#c/고객' },
  })
  const sockets = handshake.form.from
  await page.opened
  page.socket.send('hello')
  page.socket.send('')
  const held = await service.post('/v1/sockets/messages', { sockets, body: 'welcome' })
  expect(held).toEqual({ results: [{ socket: sockets, delivered: true }] })
  expect(await service.post('/v1/sockets/broadcasts', { body: 'not yet' })).toEqual({ sockets: 0 })
  handshake.answer()
  expect(await page.until(1)).toEqual(['welcome'])
  const first = await application.take('message', 404)
  expect(first).toMatchObject({ target: `/_ah/websocket/message/${tail}`, form: { body: 'hello' } })
  const second = await application.take('message')
  expect(second.form).toMatchObject({ body: '', from: sockets })
  expect(await service.post('/v1/sockets/broadcasts', { body: 'all' })).toEqual({ sockets: 1 })
  expect(await page.until(2)).toEqual(['welcome', 'all'])
  page.socket.close(3001, 'bye')
  const closed = await application.take('closed')
  expect(closed.form).toMatchObject({ from: sockets, code: '3001', reason: 'bye' })
  expect(new Set([handshake.id, first.id, second.id, closed.id]).size).toBe(4)
  expect(await service.post('/v1/sockets/messages', { sockets: [sockets, 'x'], body: '' })).toEqual(
    {
      results: [
        { socket: sockets, delivered: false },
        { socket: 'x', delivered: false },
      ],
    },
  )
})

test.each([
  [301, 4003, 'forbidden'],
  [403, 4003, 'forbidden'],
  [503, 4003, 'forbidden'],
])('a handshake answered %i closes the page with %i', async (status, code, reason) => {
  const { application, mint } = await start()
  const page = openPage(await mint('a'))
  await application.take('handshake', status)
  expect(await page.closed).toEqual([code, reason])
})

test('a handshake that nobody answers closes the page with 4105, and is told', async () => {
  const clock = makeFakeClock()
  const { application, mint } = await start([], clock)
  const page = openPage(await mint('a'))
  await application.next()
  await clock.advance(10_000)
  expect(await page.closed).toEqual([4105, 'application-unavailable'])
  expect((await application.take('closed')).form).toMatchObject({ code: '4105' })
})

test('a closed that failed is repeated with its id', async () => {
  const { application, mint } = await start(['--test-timings'])
  const page = openPage(await mint())
  await application.take('handshake')
  await page.opened
  page.socket.terminate()
  const first = await application.take('closed', 500)
  expect(first).toMatchObject({ target: '/_ah/websocket/closed/', form: { code: '1006' } })
  expect((await application.take('closed')).id).toBe(first.id)
})

test.each([
  ['a binary frame', (page: WebSocket) => page.send(Buffer.from('x')), 1003, 'unsupported-data'],
  ['a large frame', (page: WebSocket) => page.send('x'.repeat(32_768)), 1009, 'frame-too-large'],
])('after %s the page is closed and what it sent before is still heard', async (...given) => {
  const [, misbehave, code, reason] = given
  const { application, mint } = await start()
  const page = openPage(await mint('a'))
  await page.opened
  page.socket.send('before')
  misbehave(page.socket)
  await application.take('handshake')
  const message = await application.next()
  message.answer()
  expect(message.form.body).toBe('before')
  expect(await page.closed).toEqual([code, reason])
  expect((await application.take('closed')).form).toMatchObject({ code: String(code), reason })
})

test('a page cannot send much more than is read while the application is slow', async () => {
  const { application, mint } = await start()
  const page = openPage(await mint('a'))
  await application.take('handshake')
  await page.opened
  const text = 'x'.repeat(32_000)
  for (let sent = 0; sent < 1000; sent += 1) page.socket.send(text)
  const message = await application.next()
  // A second socket is served meanwhile, and by then the first could have been read.
  const other = openPage(await mint('b'))
  await application.take('handshake')
  await other.opened
  expect(page.socket.bufferedAmount).toBeGreaterThan(16_000_000)
  message.answer(500)
  expect(await page.closed).toEqual([4105, 'application-unavailable'])
})

test('a socket URL takes any subprotocols and names none', async () => {
  const { service, application, mint } = await start()
  const { pathname } = new URL(await mint('a'))
  const raw = connectRaw(service.baseUrl)
  const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket']
  const more = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
  const offer = 'Sec-WebSocket-Protocol: a, channel-protocol.v1, a'
  raw.write(`GET ${pathname} HTTP/1.1\r\n${[...headers, ...more, offer].join('\r\n')}\r\n\r\n`)
  const answer = await readUntil(raw, '\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 101 /)
  expect(answer).not.toMatch(/sec-websocket-protocol/i)
  await application.take('handshake')
  raw.destroy()
})

test('an expired ticket, another ticket and a token open nothing', async () => {
  const clock = makeFakeClock()
  const { service, mint } = await start([], clock)
  const url = await mint('a', 5)
  const below = url.slice(0, url.lastIndexOf('/') + 1)
  for (const ticket of ['', 'x', `${url.slice(below.length)}x`, await service.mint('ann')])
    expect(await openPage(below + ticket).closed).toEqual([4301, 'token-invalid'])
  await clock.advance(5000)
  expect(await openPage(url).closed).toEqual([4300, 'token-expired'])
})

test('a page of a foreign origin is refused', async () => {
  const { mint } = await start()
  const page = openPage(await mint('a'), { origin: 'https://evil.example' })
  expect(await page.closed).toEqual([4003, 'forbidden'])
})

test('a socket counts as a connection until its closed was answered', async () => {
  const { service, application, mint } = await start(['--test-timings', '--connections', '1'])
  const url = await mint('a')
  const page = openPage(url)
  await application.take('handshake')
  await page.opened
  expect(await openPage(url).closed).toEqual([4100, 'over-capacity'])
  const client = service.connect(await service.mint('ann'))
  expect(await client.closed).toEqual([4100, 'over-capacity'])
  page.socket.close()
  const closed = await application.next()
  expect(await openPage(url).closed).toEqual([4100, 'over-capacity'])
  closed.answer()
})

test('a plain request to a socket URL is answered 426, and another method 405', async () => {
  const { service, mint } = await start()
  const { pathname } = new URL(await mint('a'))
  expect((await service.call('GET', pathname)).status).toBe(426)
  expect((await service.call('POST', pathname, {})).status).toBe(405)
})

test('without the profile every path of it is answered 501', async () => {
  const { service } = await start(['--profiles', 'core'])
  for (const path of ['/v1/sockets', '/v1/sockets/messages', '/v1/sockets/broadcasts'])
    expect((await service.call('POST', path, {})).status).toBe(501)
  expect((await service.call('GET', '/v1/socket/x')).status).toBe(501)
  expect((await openPage(`${service.baseUrl.replace('http', 'ws')}/v1/socket/x`).closed)[0]).toBe(
    1006,
  )
})

test('a service of sockets without presence says once that it started', async () => {
  const received: string[] = []
  const application = createServer((request, response) => {
    received.push(request.url ?? '')
    response.end()
  })
  closings.push(() => application.close())
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(application.address() as AddressInfo).port}`
  const flags = ['--application-base', base, '--webhook-secret', DEVELOPMENT.webhook_secrets[0]]
  const service = await startService([...flags, '--test-timings', '--profiles', 'core,sockets'])
  await service.connect(await service.mint('ann')).next()
  const page = openPage(String((await service.post('/v1/sockets', {})).url))
  await page.opened
  page.socket.close()
  await page.closed
  await service.drain()
  expect(received).toEqual(
    ['channel/started', 'websocket/handshake', 'websocket/closed'].map((path) => `/_ah/${path}/`),
  )
})

async function openQuietPage(clock: FakeClock) {
  const { service, application, mint } = await start([], clock)
  const page = openPage(await mint('a'))
  const pings: number[] = []
  page.socket.on('ping', () => pings.push(clock.nowMs()))
  const handshake = await application.next()
  await page.opened
  return { service, application, page, pings, handshake }
}

test('a silent page gets Pings and no envelope, from when it is read on', async () => {
  const clock = makeFakeClock()
  const { page, pings, handshake, service } = await openQuietPage(clock)
  await clock.advance(9000)
  handshake.answer()
  const sockets = handshake.form.from
  while (page.texts.length === 0) {
    await service.post('/v1/sockets/messages', { sockets, body: 'now' })
    await clock.advance(0)
  }
  await clock.advance(24_000)
  expect(pings).toEqual([])
  const ping = once(page.socket, 'ping')
  await clock.advance(2000)
  await ping
  expect(page.texts.filter((text) => text !== 'now')).toEqual([])
})

test('a drain closes sockets without a word and tells the application', async () => {
  const clock = makeFakeClock()
  const { service, application, page, handshake } = await openQuietPage(clock)
  handshake.answer()
  await service.post('/v1/sockets/messages', { sockets: handshake.form.from, body: 'last' })
  expect(await page.until(1)).toEqual(['last'])
  const drained = service.drain()
  await clock.advance(10_000)
  expect(await page.closed).toEqual([4200, 'draining'])
  expect((await application.take('closed')).form).toMatchObject({ code: '4200' })
  await drained
  expect(page.texts).toEqual(['last'])
})
