import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setImmediate as turnEnd } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Pulse } from '../../src/outbound/connection.ts'
import { makeStreamWriter } from '../../src/outbound/event-stream.ts'
import { makeTurn, type Turn } from '../../src/outbound/turn.ts'
import type { ConnectionWriter } from '../../src/ports.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'

const LINGER_MS = 2000
const LARGE = { type: 'message' as const, id: 'm-1', seq: 1, data: 'x'.repeat(4_000_000) }

let clock: FakeClock
let server: Server
let peer: Socket
let text: string
let response: ServerResponse
let turn: Turn
let writer: ConnectionWriter & Pulse
let welcomes: number

beforeEach(async () => {
  clock = makeFakeClock()
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const asked = once(server, 'request')
  peer = connect((server.address() as AddressInfo).port, '127.0.0.1')
  text = ''
  peer.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  peer.on('error', () => {})
  peer.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [request, given] = await asked
  response = given
  response.flushHeaders()
  welcomes = 0
  turn = makeTurn()
  writer = makeStreamWriter(response, {
    socket: request.socket,
    clock,
    rules: makeRules(),
    turn,
    lingerMs: LINGER_MS,
    onWelcome: () => {
      welcomes += 1
    },
  })
})
afterEach(() => {
  peer.destroy()
  server.close()
})

test('envelopes become events, the last of them the close, and then the answer ends', async () => {
  const welcome = { type: 'welcome', cursor: 'm-1', broadcast_cursor: 'b-1' }
  writer.write(JSON.stringify(welcome))
  expect(welcomes).toBe(1)
  const message = { type: 'message' as const, id: 'm-2', seq: 2, data: 'one' }
  writer.write(JSON.stringify(message), message)
  writer.write(Buffer.from('{"type":"heartbeat"}'), { type: 'heartbeat' })
  writer.close('replaced')
  expect(writer.isOpen()).toBe(false)
  writer.write('{"type":"heartbeat"}')
  writer.close('draining')
  await once(peer, 'close')
  const body = text.slice(text.indexOf('\r\n\r\n')).replaceAll(/^[0-9a-f]+\r\n|\r\n/gm, '')
  expect(body).toBe(
    [
      `event: welcome\nid: m-1,b-1\ndata: ${JSON.stringify(welcome)}\n\n`,
      `event: message\nid: m-2,b-1\ndata: ${JSON.stringify(message)}\n\n`,
      'event: heartbeat\ndata: {"type":"heartbeat"}\n\n',
      'event: close\nid: closed-4009\ndata: {"type":"close","code":4009,"reason":"replaced"}\n\n',
    ].join(''),
  )
  expect(clock.waiting()).toBe(0)
})

test('what a reader does not take is seen to wait', async () => {
  peer.pause()
  const sentBefore = writer.bytesSent()
  writer.write(JSON.stringify(LARGE), LARGE)
  expect(writer.queuedBytes()).toBeGreaterThan(1_000_000)
  expect(writer.lastEnvelopeMs()).toBe(clock.nowMs())
  peer.resume()
  await once(response, 'drain')
  expect(writer.queuedBytes()).toBe(0)
  expect(writer.bytesSent()).toBeGreaterThan(sentBefore + LARGE.data.length)
})

test('a reader that does not take the end is cut off when it had its time', async () => {
  peer.pause()
  for (let count = 0; count < 10; count += 1) writer.write(JSON.stringify(LARGE), LARGE)
  writer.close('slow-consumer')
  const cut = once(response, 'close')
  await clock.advance(LINGER_MS - 1)
  expect(response.destroyed).toBe(false)
  await clock.advance(1)
  await cut
  expect(response.writableFinished).toBe(false)
})

test('nothing is open and nothing is written once the peer is gone', async () => {
  peer.destroy()
  await once(response, 'close')
  expect(writer.isOpen()).toBe(false)
  writer.write('{"type":"heartbeat"}')
  writer.close('draining')
  expect(writer.lastEnvelopeMs()).toBeUndefined()
  expect(clock.waiting()).toBe(0)
})

test('a peer that ends its own direction is gone too', async () => {
  peer.end()
  await once(response, 'close')
  expect(writer.isOpen()).toBe(false)
})

test('nothing is read on a stream, so no Ping is sent and no silence judged', () => {
  expect(writer.isReading()).toBe(false)
  expect(writer.bytesRead()).toBe(0)
})

test('broadcasts of one turn leave together when it ends, and what follows stays behind them', async () => {
  const { socket } = response
  const sentBefore = socket?.bytesWritten ?? 0
  for (const seq of [1, 2]) {
    const envelope = { type: 'broadcast' as const, id: `b-${seq}`, seq, data: 'all' }
    writer.write(JSON.stringify(envelope), envelope)
  }
  const message = { type: 'message' as const, id: 'm-2', seq: 2, data: 'one' }
  writer.write(JSON.stringify(message), message)
  expect(writer.bytesSent()).toBe(sentBefore)
  await turnEnd()
  writer.close('draining')
  await once(peer, 'close')
  expect([...text.matchAll(/^event: (\w+)/gm)].map(([, type]) => type)).toEqual([
    'broadcast',
    'broadcast',
    'message',
    'close',
  ])
})

test('messages of which many are about to follow leave together when the turn ends', async () => {
  const sentBefore = writer.bytesSent()
  turn.gather()
  for (const seq of [1, 2]) {
    const envelope = { type: 'message' as const, id: `m-${seq}`, seq, data: 'one' }
    writer.write(JSON.stringify(envelope), envelope)
  }
  expect(writer.bytesSent()).toBe(sentBefore)
  writer.close('draining')
  await once(peer, 'close')
  expect([...text.matchAll(/^event: (\w+)/gm)].map(([, type]) => type)).toEqual([
    'message',
    'message',
    'close',
  ])
})

test('broadcasts that wait for the end of a turn leave before the close', async () => {
  const envelope = { type: 'broadcast' as const, id: 'b-1', seq: 1, data: 'all' }
  writer.write(JSON.stringify(envelope), envelope)
  writer.close('draining')
  await once(peer, 'close')
  expect(text).toMatch(/event: broadcast[\s\S]*event: close/)
})
