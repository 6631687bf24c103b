import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlainUpgradeReader } from '../../src/inbound/plain-upgrade.ts'
import { makePostLane } from '../../src/inbound/post-lane.ts'
import { ownStream } from '../../src/outbound/stream-owner.ts'
import { connectRaw, exchange, readToEnd } from '../raw-exchange.ts'
import { KEY, startService, type TestService } from '../start-service.ts'

let service: TestService

beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.stop())

function post(body: string, more = ''): string {
  return `POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

const message = (data: string): string => JSON.stringify({ client_id: 'ann', data })

/** Writes, and resolves with what came when `part` came so many times. */
function talk(socket: Socket, text: string | Buffer, part: string, times = 1): Promise<string> {
  return new Promise((resolve) => {
    let came = ''
    const onData = (chunk: Buffer): void => {
      came += chunk.toString('latin1')
      if (came.split(part).length <= times) return
      socket.off('data', onData)
      resolve(came)
    }
    socket.on('data', onData)
    socket.write(text)
  })
}

/** Headers of an answer but those that differ each time. */
function headersOf(answer: string): string[] {
  const [head = ''] = answer.toLowerCase().split('\r\n\r\n')
  return head
    .split('\r\n')
    .filter((line) => !/^(date|content-length):/.test(line))
    .sort()
}

test('a plain post is answered as the library answers it', async () => {
  const plain = connectRaw(service.baseUrl)
  const other = connectRaw(service.baseUrl)
  const fromLane = await talk(plain, post(message('a')), '"seq"')
  const fromLibrary = await talk(other, post(message('b'), 'TE: trailers\r\n'), '"seq"')
  expect(fromLane.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true)
  expect(headersOf(fromLane)).toEqual(headersOf(fromLibrary))
  plain.destroy()
  other.destroy()
})

test('a connection carries one plain post after the other, and then anything else', async () => {
  const socket = connectRaw(service.baseUrl)
  for (const data of ['1', '2'])
    expect(await talk(socket, post(message(data)), '"seq"')).toContain('200 OK')
  expect(await talk(socket, 'GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n', '"protocol"')).toContain(
    '200 OK',
  )
  expect(await talk(socket, post(message('3')), '"seq"')).toContain('200 OK')
  socket.destroy()
})

test('posts that come in one piece are answered in order', async () => {
  const socket = connectRaw(service.baseUrl)
  const came = await talk(
    socket,
    post(message('x')) + post('{') + post(message('y')),
    'HTTP/1.1',
    3,
  )
  expect(came.match(/HTTP\/1.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200'])
  socket.destroy()
})

test('a post that comes while another is answered is answered next', async () => {
  const socket = connectRaw(service.baseUrl)
  const came = talk(socket, post(message('x')), '"seq"', 2)
  socket.write(post(message('y')))
  const seqs = [...(await came).matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))
  expect(seqs[1]).toBe((seqs[0] ?? 0) + 1)
  socket.destroy()
})

test('a post that comes byte by byte is answered', async () => {
  const socket = connectRaw(service.baseUrl)
  socket.setNoDelay(true)
  const bytes = Buffer.from(post(message('slow')))
  for (const byte of bytes.subarray(0, -1)) socket.write(Buffer.from([byte]))
  expect(await talk(socket, bytes.subarray(-1), '"seq"')).toContain('200 OK')
  socket.destroy()
})

test('a refusal keeps the connection for the next post', async () => {
  const socket = connectRaw(service.baseUrl)
  const bad = post(message('x')).replace(KEY, 'another-key-of-nobody')
  expect(await talk(socket, bad, 'invalid-application-key')).toContain('401 Unauthorized')
  expect(await talk(socket, post(message('x')), '"seq"')).toContain('200 OK')
  socket.destroy()
})

test('who half-closes behind a post is answered, and the connection ends', async () => {
  const socket = connectRaw(service.baseUrl)
  const ended = readToEnd(socket)
  socket.end(post(message('last')))
  expect(await ended).toContain('200 OK')
})

test('bytes that are no HTTP are refused as ever', async () => {
  expect(await exchange(service.baseUrl, 'hello\r\n\r\n')).toContain('malformed-request')
})

test('a service that stops ends the connections that wait for another post', async () => {
  const other = await startService()
  const socket = connectRaw(other.baseUrl)
  await talk(socket, post(message('x')), '"seq"')
  const ended = readToEnd(socket)
  await other.stop()
  await ended
})

/** A lane that is told of the first connection of a listener, and what it did with it. */
async function startLane(firstBytesMs: number) {
  const listener = createServer()
  const expired = Promise.withResolvers<Socket>()
  const left = Promise.withResolvers<{ bytes: Buffer; waitedMs: number }>()
  const upgraded = Promise.withResolvers<{ url: string; next: string }>()
  const lane = makePostLane({
    urls: new Set(['/v1/messages']),
    answer: async () => ({
      made: { status: 200, headers: {}, mediaType: 'application/json', body: {} },
    }),
    readUpgrade: makePlainUpgradeReader('/v1/connect'),
    upgrade: ({ url }, socket) => {
      const onData = (bytes: Buffer): void => upgraded.resolve({ url, next: bytes.toString() })
      ownStream(socket, { onData, onEnd: () => {}, onError: () => {}, onClose: () => {} })
      socket.write('taken')
    },
    handOver: (socket, waitedMs) => {
      socket.once('data', (bytes) => left.resolve({ bytes, waitedMs }))
    },
    expire: expired.resolve,
    firstBytesMs,
    keepAliveMs: 60_000,
  })
  listener.on('connection', lane.take)
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const stop = (): void => {
    client.destroy()
    lane.stop()
    listener.close()
  }
  const { promise } = upgraded
  return { client, expired: expired.promise, left: left.promise, upgraded: promise, stop }
}

test('a connection on which nothing comes is refused when the time for a head is over', async () => {
  const { expired, stop } = await startLane(1)
  ;(await expired).destroy()
  stop()
})

test('who takes a connection over is told how long its first bytes were waited for, and reads them', async () => {
  const { client, left, stop } = await startLane(60_000)
  client.write('GET / HTTP/1.1\r\n')
  const { bytes, waitedMs } = await left
  expect(waitedMs).toBeGreaterThan(0)
  expect(bytes.toString()).toBe('GET / HTTP/1.1\r\n')
  stop()
})

test('who takes a plain upgrade takes a connection that nobody else reads', async () => {
  const { client, upgraded, stop } = await startLane(60_000)
  const opening = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13'
  client.write(
    `GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${opening}\r\n\r\n`,
  )
  await once(client, 'data')
  client.write('POST')
  expect(await upgraded).toEqual({ url: '/v1/connect', next: 'POST' })
  stop()
})
