import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../src/parts.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { connectRaw, exchange, readUntil } from '../raw-exchange.ts'
import { startService, type TestService } from '../start-service.ts'

const PAGE = ['--origin', 'https://page.example']
let service: TestService

beforeAll(async () => {
  service = await startService(PAGE)
})
afterAll(() => service.stop())

function upgrade(headers: string[]): string {
  const all = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...headers]
  return `GET /v1/connect HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`
}
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const VERSION = 'Sec-WebSocket-Version: 13'
const PROTOCOL = 'Sec-WebSocket-Protocol: channel-protocol.v1'

test('a client with a live token is welcomed with its client id first', async () => {
  const client = service.connect(await service.mint('ann b/ü'))
  expect(await client.next()).toMatchObject({
    type: 'welcome',
    client_id: 'ann b/ü',
    seq: 0,
    heartbeat_seconds: 25,
    resumed: false,
  })
  expect(client.socket.protocol).toBe('channel-protocol.v1')
})

test.each([
  ['no token', ['channel-protocol.v1'], 4000, 'bad-request'],
  [
    'two tokens',
    ['channel-protocol.v1', 'channel-token.a', 'channel-token.b'],
    4000,
    'bad-request',
  ],
  ['a forged token', ['channel-protocol.v1', 'channel-token.abc.def'], 4301, 'token-invalid'],
])('%s is refused after the upgrade', async (_what, protocols, code, slug) => {
  expect(await service.offer(protocols).closed).toEqual([code, slug])
})

test('the same token offered twice counts as two', async () => {
  const socket = connectRaw(service.baseUrl)
  const twice = `${PROTOCOL}, channel-token.a, channel-token.a`
  socket.write(upgrade([KEY, VERSION, twice]))
  expect(await readUntil(socket, 'bad-request')).toContain('101 Switching Protocols')
  socket.destroy()
})

test('a token whose last character was changed is refused as invalid', async () => {
  const token = await service.mint('ann')
  for (const last of ['A', 'B', 'Y', 'Z'].filter((one) => !token.endsWith(one))) {
    const changed = token.slice(0, -1) + last
    expect(await service.connect(changed).closed).toEqual([4301, 'token-invalid'])
  }
})

test('an expired token is refused as expired, at its very instant', async () => {
  const clock = makeFakeClock()
  const timed = await startService([], { clock })
  const token = await timed.mint('ann', 5)
  await clock.advance(5000)
  expect(await timed.connect(token).closed).toEqual([4300, 'token-expired'])
  await timed.stop()
})

test('an open connection is closed at the expiry of its token', async () => {
  const clock = makeFakeClock()
  const timed = await startService([], { clock })
  const client = timed.connect(await timed.mint('ann', 5))
  expect(await client.next()).toMatchObject({ expires_in_seconds: 5 })
  await clock.advance(5000)
  expect(await client.closed).toEqual([4300, 'token-expired'])
  await timed.stop()
})

test.each(['none', 'https://page.example', 'base'])(
  'a page of the origin %s is welcomed',
  async (origin) => {
    const token = await service.mint('page')
    const sent = origin === 'base' ? service.baseUrl : origin
    const client = service.connect(token, origin === 'none' ? {} : { origin: sent })
    expect(await client.next()).toMatchObject({ type: 'welcome' })
  },
)

test.each(['https://evil.example', 'null', 'https://page.example.evil.example'])(
  'a page of the origin %s is refused',
  async (origin) => {
    const client = service.connect(await service.mint('page'), { origin })
    expect(await client.closed).toEqual([4003, 'forbidden'])
  },
)

test.each([
  ['no key', [VERSION, PROTOCOL], '400', 'malformed-request'],
  ['a short key', ['Sec-WebSocket-Key: abc', VERSION, PROTOCOL], '400', 'malformed-request'],
  ['version 12', [KEY, 'Sec-WebSocket-Version: 12', PROTOCOL], '426', 'upgrade-required'],
  ['no subprotocol', [KEY, VERSION], '426', 'upgrade-required'],
  [
    'another subprotocol',
    [KEY, VERSION, 'Sec-WebSocket-Protocol: chat'],
    '426',
    'upgrade-required',
  ],
  ['an illegal list', [KEY, VERSION, `${PROTOCOL}, a b`], '400', 'malformed-request'],
])('an upgrade with %s is refused before the upgrade', async (_what, headers, status, code) => {
  const socket = connectRaw(service.baseUrl)
  socket.write(upgrade(headers))
  const answer = await readUntil(socket, '"code"')
  socket.destroy()
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toContain('application/problem+json')
  expect(answer).toContain(`"code":"${code}"`)
})

test('a plain request to the connect path is answered 426', async () => {
  const answer = await service.call('GET', '/v1/connect')
  expect(answer.status).toBe(426)
  expect(await answer.json()).toMatchObject({ code: 'upgrade-required' })
})

test('an upgrade of another path is answered as the plain request would be', async () => {
  const ask =
    'GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n'
  expect(await exchange(service.baseUrl, ask)).toMatch(/^HTTP\/1.1 200 /)
})

test('a connection beyond the limit is refused and the others stay', async () => {
  const small = await startService(['--test-timings', '--connections', '1'])
  const first = small.connect(await small.mint('first'))
  await first.next()
  expect(await small.connect(await small.mint('second')).closed).toEqual([4100, 'over-capacity'])
  await small.post('/v1/messages', { client_id: 'first', data: 'still here' })
  expect(await first.next()).toMatchObject({ data: 'still here' })
  await small.stop()
})

test('connect_url comes from the configured base, whatever the request says', async () => {
  const based = await startService(['--base-url', 'http://127.0.0.1:9/some/path/'])
  const port = new URL(`http://127.0.0.1:${based.port}`)
  const body = '{"client_id":"ann"}'
  const answer = await fetch(new URL('/some/path/v1/tokens', port), {
    method: 'POST',
    headers: {
      authorization: 'Bearer development-key-one-not-secret-0001',
      'content-type': 'application/json',
      'x-forwarded-host': 'evil.example',
    },
    body,
  })
  expect(await answer.json()).toMatchObject({
    connect_url: 'ws://127.0.0.1:9/some/path/v1/connect',
  })
  await based.stop()
})

test('a defect while a client is let in ends its connection and nobody else', async () => {
  const fault: Fault = {
    name: 'throws-at-tokens',
    misdeed: 'Looking at a token throws.',
    breaks: [],
    apply: ({ rules }) => {
      rules.verifyToken = () => {
        throw new Error('a defect')
      }
    },
  }
  const broken = await startService([], {}, [fault])
  expect(await broken.connect('a.b').closed).toEqual([4101, 'internal-error'])
  expect((await broken.call('GET', '/v1')).status).toBe(200)
  await broken.stop()
})
