import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connectRaw, exchange, readUntil } from '../raw-exchange.ts'
import { KEY, startService } from '../start-service.ts'

const OPENING = [
  'GET /v1/connect HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
]

function whenEnded(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

test('a connection that the client does not end is ended by the service', async () => {
  const service = await startService(['--test-timings', '--close-timeout-seconds', '0.2'])
  const socket = connectRaw(service.baseUrl)
  const protocols = `Sec-WebSocket-Protocol: channel-protocol.v1, channel-token.${await service.mint('ann')}`
  socket.write(`${[...OPENING, protocols].join('\r\n')}\r\n\r\n`)
  await readUntil(socket, 'welcome')
  // A data frame; the answer is a Close frame that this client never answers.
  socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]))
  await readUntil(socket, 'protocol-violation')
  await whenEnded(socket)
  await service.stop()
})

test('a refused upgrade is ended although the client stays', async () => {
  const service = await startService(['--test-timings', '--close-timeout-seconds', '0.2'])
  const answer = await exchange(service.baseUrl, `${OPENING.join('\r\n')}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 426 .*upgrade: websocket/is)
  await service.stop()
})

test('an answer arrives although the client goes on sending what nobody reads', async () => {
  const service = await startService(['--test-timings'])
  const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`
  const body = Buffer.alloc(3_000_000, 0x20)
  const announced = `${head}Content-Length: ${body.length}\r\n\r\n`
  const answer = await exchange(service.baseUrl, announced, body)
  expect(answer).toMatch(/^HTTP\/1.1 413 .*payload-too-large/s)
  await service.stop()
})
