import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as turnEnd } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ChannelSocket } from '../../src/outbound/channel-socket.ts'
import { makeFrame } from '../../src/outbound/frame.ts'
import { makeFrameOptions } from '../../src/outbound/library-socket.ts'

const ANSWER = 'HTTP/1.1 101\r\n\r\n'
const OPTIONS = makeFrameOptions({ autoPong: true, maxPayload: 1024, maxFragments: 16 })

/** Frames of a client; the mask changes nothing. */
const PONG = frame(0x8a)
const PING = frame(0x89, 'p')
const TEXT = frame(0x81, 'text')
const CLOSE = frame(0x88, '\x03\xe8')

function frame(first: number, payload = ''): Buffer {
  return Buffer.from([first, 0x80 + payload.length, 0, 0, 0, 0, ...Buffer.from(payload, 'latin1')])
}

/** A socket whose peer is the test: what it was told, and each write as text. */
function open() {
  const told: string[] = []
  const writes: string[] = []
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => {},
    write: (chunk, _encoding, done) => {
      writes.push(chunk.toString('latin1'))
      done()
    },
  })
  const socket = new ChannelSocket(stream as Socket, ANSWER, OPTIONS, {
    onFinish: () => {
      told.push('finish')
      return () => told.push('no linger')
    },
    onGone: () => told.push('gone'),
  })
  socket.carried = {
    onPeerEnd: (end) => {
      told.push(`${end.kind} ${end.kind === 'close' ? end.code : end.libraryCode}`)
      return { code: 1000, reason: '' }
    },
    onData: (data) => told.push(String(data)),
    onGone: () => told.push('carried gone'),
  }
  /** Bytes of the peer, read before it resolves. */
  const say = async (...pieces: Buffer[]): Promise<void> => {
    for (const piece of pieces) {
      stream.push(piece)
      await turnEnd()
    }
  }
  return { socket, stream, told, writes, say }
}

test('the answer to the upgrade and the first frame leave in one write', () => {
  const { socket, writes } = open()
  socket.sendFrame(makeFrame('welcome'))
  socket.sendFrame(makeFrame('more'))
  expect(writes).toEqual([`${ANSWER}\x81\x07welcome`, '\x81\x04more'])
})

test('the answer to the upgrade waits for no frame beyond the turn', () => {
  const { socket, writes } = open()
  socket.flush()
  socket.flush()
  expect(writes).toEqual([ANSWER])
})

test('a Pong is read and leads to nothing', async () => {
  const { socket, told, writes, say } = open()
  socket.flush()
  await say(PONG, PONG)
  expect([told, writes, socket.isOpen()]).toEqual([[], [ANSWER], true])
})

test('what comes behind Pongs is read whole, in however many pieces it comes', async () => {
  const { told, say } = open()
  await say(PONG, TEXT.subarray(0, 3), TEXT.subarray(3), PONG, Buffer.concat([PONG, TEXT]))
  expect(told).toEqual(['text', 'text'])
})

test('a Ping that comes at once is answered behind the upgrade', async () => {
  const { writes, say } = open()
  await say(PING)
  expect(writes.join('')).toBe(`${ANSWER}\x8a\x01p`)
})

test('a Close frame is told of, answered and followed by the end', async () => {
  const { stream, told, writes, say } = open()
  await say(CLOSE)
  stream.push(null)
  await once(stream, 'close')
  await turnEnd()
  expect(writes.join('')).toBe(`${ANSWER}\x88\x02\x03\xe8`)
  expect(told).toEqual(['close 1000', 'finish', 'no linger', 'carried gone', 'gone'])
})

test('a frame that breaks the rules is told of with the code of the library', async () => {
  const { told, say } = open()
  await say(frame(0xf1))
  expect(told[0]).toBe('error 1002')
})

test('a peer that ends without a Close frame is gone', async () => {
  const { socket, stream, told } = open()
  stream.push(null)
  await once(stream, 'close')
  socket.finish(1000, 'late')
  expect([told, socket.isOpen()]).toEqual([['carried gone', 'gone'], false])
})

test('a lost stream is gone', async () => {
  const { stream, told } = open()
  stream.destroy(new Error('reset'))
  await once(stream, 'close').catch(() => {})
  await turnEnd()
  expect(told).toEqual(['carried gone', 'gone'])
})

test('what is sent while nothing is read comes later', async () => {
  const { socket, told, say } = open()
  socket.pause()
  await say(TEXT)
  expect([told, socket.isPaused()]).toEqual([[], true])
  socket.resume()
  await turnEnd()
  expect(told).toEqual(['text'])
})
