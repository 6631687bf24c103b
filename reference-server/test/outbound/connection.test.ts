import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as turnEnd } from 'node:timers/promises'
import type { Envelope } from '@channel-protocol/schemas/types'
import { beforeEach, expect, test } from 'vitest'
import { ChannelSocket } from '../../src/outbound/channel-socket.ts'
import { makeWriterParts, openWriter, type Pulse } from '../../src/outbound/connection.ts'
import { makeFrame } from '../../src/outbound/frame.ts'
import { makeFrameOptions } from '../../src/outbound/library-socket.ts'
import { makeTurn } from '../../src/outbound/turn.ts'
import type { ConnectionWriter } from '../../src/ports.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'

/** A connection whose writes are noted, as text without headers and with `|` between frames. */
interface Noted {
  socket: ChannelSocket
  writer: ConnectionWriter
  pulse: Pulse
  writes: string[]
  bytes: Uint8Array[]
  stream: Socket
}

let clock: FakeClock
let parts: ReturnType<typeof makeWriterParts>

beforeEach(() => {
  clock = makeFakeClock()
  parts = makeWriterParts({ clock, turn: makeTurn(), makeReason: (slug) => slug })
})

function open(): Noted {
  const writes: string[] = []
  const bytes: Uint8Array[] = []
  const stream = Object.assign(
    new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() }),
    {
      write: (frames: Buffer, done?: () => void) => {
        bytes.push(frames)
        writes.push(
          frames
            .toString('latin1')
            .replace(/[\x81\x88\x89]./g, '|')
            .slice(1),
        )
        done?.()
        return true
      },
    },
  )
  const socket = new ChannelSocket(stream as Socket, '', OPTIONS, KEEPER)
  socket.flush()
  for (const noted of [writes, bytes]) noted.length = 0
  return {
    socket,
    writes,
    bytes,
    stream: stream as Socket,
    ...openWriter(socket, parts, undefined, 'ann'),
  }
}

const OPTIONS = makeFrameOptions({ autoPong: true, maxPayload: 1024, maxFragments: 16 })
const KEEPER = { onFinish: () => () => {}, onGone: () => {} }
const broadcast = { type: 'broadcast' } as Envelope
const message = { type: 'message' } as Envelope

test('broadcasts of one turn go out in one write when it ends, in order', async () => {
  const { writer, writes } = open()
  writer.write('one', broadcast)
  writer.write('two', broadcast)
  expect(writes).toEqual([])
  await turnEnd()
  expect(writes).toEqual(['one|two'])
})

test('all receivers of the same broadcasts are sent the same piece of memory', async () => {
  const [left, right] = [open(), open()]
  for (const text of ['one', 'two'])
    for (const { writer } of [left, right]) writer.write(text, broadcast)
  await turnEnd()
  expect(left.bytes[0]).toBe(right.bytes[0])
})

test('a lone message goes out at once', () => {
  const { writer, writes } = open()
  writer.write('now', message)
  expect(writes).toEqual(['now'])
})

test('messages of which many are about to follow go out in one write when the turn ends', async () => {
  const { writer, writes } = open()
  parts.turn.gather()
  writer.write('one', message)
  writer.write('two', message)
  expect(writes).toEqual([])
  await turnEnd()
  expect(writes).toEqual(['one|two'])
  writer.write('now', message)
  expect(writes).toEqual(['one|two', 'now'])
})

test('a message behind a broadcast of the same turn stays behind it', async () => {
  const { writer, writes } = open()
  writer.write('all', broadcast)
  writer.write('one', message)
  writer.write('all again', broadcast)
  await turnEnd()
  expect(writes).toEqual(['all|one|all again'])
})

test('what waits precedes the Close frame and a Ping', () => {
  const { writer, pulse, writes } = open()
  writer.write('all', broadcast)
  pulse.ping(() => {})
  writer.write('more', broadcast)
  writer.close('replaced')
  expect([writes.slice(0, 3), writes.join('')]).toEqual([
    ['all', '', 'more'],
    expect.stringMatching(/replaced$/),
  ])
})

test('what waits counts as queued', async () => {
  const { stream, writer, pulse } = open()
  Object.defineProperty(stream, 'writableLength', { value: 5 })
  writer.write('all', broadcast)
  expect(pulse.queuedBytes()).toBe(5 + makeFrame('all').length)
  await turnEnd()
  expect(pulse.queuedBytes()).toBe(5)
})

test('what waits for a connection that is lost meanwhile goes nowhere', async () => {
  const { socket, writer, writes } = open()
  writer.write('all', broadcast)
  socket.terminate()
  await turnEnd()
  expect(writes).toEqual([])
})

test('nothing is written after the Close frame', async () => {
  const { writer, writes } = open()
  writer.close('replaced')
  const before = [...writes]
  writer.write('late', message)
  writer.write('late', broadcast)
  await turnEnd()
  expect(writes).toEqual(before)
})

test('the time of the last envelope is that of its write', async () => {
  const { writer, pulse } = open()
  expect(pulse.lastEnvelopeMs()).toBeUndefined()
  await clock.advance(10)
  writer.write('all', broadcast)
  expect(pulse.lastEnvelopeMs()).toBe(clock.nowMs())
})

test('a writer that is to be replaced is a record whose functions work alone', async () => {
  const { socket, writes } = open()
  const { writer } = openWriter(socket, parts, (given) => ({ ...given, close: () => {} }), 'ann')
  const { write, isOpen } = writer
  write('now', message)
  expect([isOpen(), writes]).toEqual([true, ['now']])
})
