import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type TestClient, type TestService } from '../start-service.ts'

let service: TestService
let count = 0

beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.stop())

async function connect(): Promise<TestClient> {
  count += 1
  const client = service.connect(await service.mint(`client-${count}`))
  await client.next()
  return client
}

function stream(client: TestClient): Socket {
  return (client.socket as unknown as { _socket: Socket })._socket
}

test.each([
  ['a text frame', 'hello'],
  ['a binary frame', Buffer.from([1, 2])],
  ['an empty frame', ''],
  ['4096 bytes', 'x'.repeat(4096)],
])('%s is a protocol violation', async (_what, data) => {
  const client = await connect()
  client.socket.send(data)
  expect(await client.closed).toEqual([4008, 'protocol-violation'])
})

test.each([
  ['a frame without a mask', [0x81, 0x01, 0x61], 1002, 'protocol-error'],
  ['a reserved bit', [0xc1, 0x81, 0, 0, 0, 0, 0x61], 1002, 'protocol-error'],
  ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0], 1002, 'protocol-error'],
  ['a fragment of nothing', [0x80, 0x80, 0, 0, 0, 0], 1002, 'protocol-error'],
  ['a fragmented Ping', [0x09, 0x80, 0, 0, 0, 0], 1002, 'protocol-error'],
  ['a Close with an illegal code', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xec], 1002, 'protocol-error'],
  ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], 1007, 'invalid-utf8'],
  ['a frame of 4097 bytes, announced', [0x81, 0xfe, 0x10, 0x01], 1009, 'frame-too-large'],
  [
    'a frame of 2^60 bytes, announced',
    [0x82, 0xff, 0x10, 0, 0, 0, 0, 0, 0, 0],
    1009,
    'frame-too-large',
  ],
])('%s is answered with its code and slug', async (_what, bytes, code, slug) => {
  const client = await connect()
  stream(client).write(Buffer.from(bytes))
  expect(await client.closed).toEqual([code, slug])
})

test('fragments that are together too large are refused before their end', async () => {
  const client = await connect()
  const half = Buffer.concat([
    Buffer.from([0x01, 0xfe, 0x0c, 0x00, 0, 0, 0, 0]),
    Buffer.alloc(3072),
  ])
  const more = Buffer.from([0x00, 0xfe, 0x0c, 0x00])
  stream(client).write(Buffer.concat([half, more]))
  expect(await client.closed).toEqual([1009, 'frame-too-large'])
})

test('many empty fragments end with a code too', async () => {
  const client = await connect()
  const first = Buffer.from([0x01, 0x80, 0, 0, 0, 0])
  const next = Buffer.from([0x00, 0x80, 0, 0, 0, 0])
  stream(client).write(Buffer.concat([first, ...Array.from({ length: 5000 }, () => next)]))
  expect(await client.closed).toEqual([1009, 'frame-too-large'])
})

test('the code arrives although the client had sent much more', async () => {
  const client = await connect()
  for (let index = 0; index < 200; index += 1) client.socket.send(Buffer.alloc(60_000))
  expect(await client.closed).toEqual([1009, 'frame-too-large'])
})

test('a Close is answered with the same code', async () => {
  const client = await connect()
  client.socket.close(3456, 'my reason')
  expect((await client.closed)[0]).toBe(3456)
})

test('a Close without a code is answered without one', async () => {
  const client = await connect()
  client.socket.close()
  expect((await client.closed)[0]).toBe(1005)
})

test('bad frames of one client disturb nobody else', async () => {
  const [bad, good] = [await connect(), await connect()]
  stream(bad).write(Buffer.from([0xff, 0xff, 0xff]))
  await bad.closed
  await service.post('/v1/messages', { client_id: `client-${count}`, data: 'fine' })
  expect(await good.next()).toMatchObject({ data: 'fine' })
})
