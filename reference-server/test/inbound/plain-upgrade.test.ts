import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlainUpgradeReader } from '../../src/inbound/plain-upgrade.ts'
import { connectRaw, readUntil } from '../raw-exchange.ts'
import { KEY, startService, type TestService } from '../start-service.ts'

const read = makePlainUpgradeReader('/v1/connect')
const SAMPLE = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const OPENING = ['Host: x', 'Upgrade: websocket', SAMPLE, 'Sec-WebSocket-Version: 13']
const good = [...OPENING, 'Connection: Upgrade']

function write(lines: readonly string[], requestLine = 'GET /v1/connect HTTP/1.1', rest = '') {
  return Buffer.from(`${[requestLine, ...lines].join('\r\n')}\r\n\r\n${rest}`, 'latin1')
}

/** Without those of `names`. */
function without(...names: string[]): string[] {
  return good.filter((line) => !names.some((name) => line.startsWith(`${name}:`)))
}

test('a whole upgrade is read with its target and its names in lower case', () => {
  const asked = write([...good, 'Origin:https://a.example'], 'GET /v1/connect?after=b HTTP/1.1')
  expect(read(asked)).toEqual({
    httpVersion: '1.1',
    url: '/v1/connect?after=b',
    headers: {
      host: 'x',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      connection: 'Upgrade',
      origin: 'https://a.example',
    },
  })
})

test.each(['Connection: upgrade', 'Connection: keep-alive, Upgrade'])('%s is plain', (line) => {
  expect(read(write([...OPENING, line]))).toBeDefined()
})

test('the upgrade is asked for in any case', () => {
  expect(read(write([...without('Upgrade'), 'Upgrade: WebSocket']))).toBeDefined()
})

test.each([
  ['another method', write(good, 'POST /v1/connect HTTP/1.1')],
  ['another method with the same first letter', write(good, 'GETS /v1/connect HTTP/1.1')],
  ['another target', write(good, 'GET /v1/connected HTTP/1.1')],
  ['a target below', write(good, 'GET /v1/connect/ HTTP/1.1')],
  ['a fragment', write(good, 'GET /v1/connect#a HTTP/1.1')],
  ['an absolute target', write(good, 'GET http://x/v1/connect HTTP/1.1')],
  ['another version', write(good, 'GET /v1/connect HTTP/1.0')],
  ['two spaces', write(good, 'GET  /v1/connect HTTP/1.1')],
  ['no header', write([])],
  ['no Host', write(without('Host'))],
  ['no upgrade', write(without('Upgrade'))],
  ['another upgrade', write([...without('Upgrade'), 'Upgrade: h2c'])],
  ['several upgrades', write([...without('Upgrade'), 'Upgrade: h2c, websocket'])],
  ['no connection', write(without('Connection'))],
  ['a connection that is kept', write([...OPENING, 'Connection: keep-alive'])],
  ['more that is asked of the connection', write([...OPENING, 'Connection: Upgrade, X-A'])],
  ['no key', write(without('Sec-WebSocket-Key'))],
  ['a short key', write([...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: abc'])],
  ['no WebSocket version', write(without('Sec-WebSocket-Version'))],
  ['WebSocket 8', write([...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8'])],
  ['a header that comes twice', write([...good, 'host: y'])],
  ['a header of every object', write([...good, 'constructor: y'])],
  ['a length', write([...good, 'Content-Length: 0'])],
  ['chunks', write([...good, 'Transfer-Encoding: chunked'])],
  ['an expectation', write([...good, 'Expect: 100-continue'])],
  ['what is sent behind it', write(good, undefined, '\x89\x80\0\0\0\0')],
  ['a part of it', write(good).subarray(0, -1)],
  ['a folded line', write([...good, 'X-A: b', ' c'])],
  ['a space before the colon', write([...good, 'X-A : b'])],
  ['a space behind the value', write([...good, 'X-A: b '])],
  ['a tab', write([...good, 'X-A:\tb'])],
  ['no value', write([...good, 'X-A:'])],
  ['a line without a colon', write([...good, 'X-A'])],
  ['a byte above ASCII', write([...good, 'X-A: \xe9'])],
  ['a bare line feed', write([...good, 'X-A: b\nX-B: c'])],
  ['a bare carriage return', write([...good, 'X-A: b\rX-B: c'])],
  ['a zero byte', write([...good, 'X-A: b\0'])],
  ['a long head', write([...good, `X-A: ${'b'.repeat(2048)}`])],
])('%s is left to the library', (_what, bytes) => {
  expect(read(bytes)).toBeUndefined()
})

let service: TestService

beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.stop())

/** What comes on a new connection, until `part` came, for an upgrade with a live token. */
async function open(lines: readonly string[], part: string, rest = '') {
  const socket = connectRaw(service.baseUrl)
  const token = await service.mint('ann')
  const offers = `Sec-WebSocket-Protocol: channel-protocol.v1, channel-token.${token}`
  socket.write(write([...good, offers, ...lines], undefined, rest))
  const came = await readUntil(socket, part)
  socket.destroy()
  return came
}

test('a plain upgrade is answered as the library answers it, and welcomed', async () => {
  const [plain] = (await open([], '"welcome"')).split('\r\n\r\n')
  const [other] = (await open(['TE: trailers'], '"welcome"')).split('\r\n\r\n')
  expect(plain).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  expect(plain).toBe(other)
})

test('a plain upgrade and its welcome come in one piece', async () => {
  const socket = connectRaw(service.baseUrl)
  const offers = `Sec-WebSocket-Protocol: channel-protocol.v1, channel-token.${await service.mint('ann')}`
  const first = new Promise<Buffer>((resolve) => {
    socket.once('data', resolve)
  })
  socket.write(write([...good, offers]))
  const text = (await first).toString('latin1')
  expect(text.startsWith('HTTP/1.1 101 ')).toBe(true)
  expect(text).toContain('"welcome"')
  socket.destroy()
})

test('what a client sends behind its upgrade is read', async () => {
  expect(await open([], '\x8a\0', '\x89\x80\0\0\0\0')).toContain('"welcome"')
})

test('a connection that carried a post carries an upgrade after it', async () => {
  const socket = connectRaw(service.baseUrl)
  const body = JSON.stringify({ client_id: 'bob', data: 'a' })
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  await readUntil(socket, '"seq"')
  const offers = `Sec-WebSocket-Protocol: channel-protocol.v1, channel-token.${await service.mint('bob')}`
  socket.write(write([...good, offers]))
  expect(await readUntil(socket, '"welcome"')).toContain('101 Switching Protocols')
  socket.destroy()
})

test('a plain upgrade that is refused is answered with a problem, and its connection ends', async () => {
  const socket = connectRaw(service.baseUrl)
  const closed = new Promise((resolve) => {
    socket.once('close', resolve)
  })
  socket.write(write(good))
  expect(await readUntil(socket, '"code"')).toContain('426 Upgrade Required')
  socket.end()
  await closed
})
