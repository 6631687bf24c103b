/** Writes bytes that libraries refuse to send, and reads what comes back, over plain TCP. */

import { connect, type Socket } from 'node:net'
import { cut } from '../timeline/cut.ts'
import type { CloseEvent, FrameEvent, Moment } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { type Frame, readFrames } from './frames.ts'
import { describe } from './http.ts'
import { isWholeAnswer, type RawAnswer, readAnswer } from './raw-answer.ts'
import { makeGrowing } from './waiting.ts'

/** A TCP connection of the suite. */
export interface RawConnection {
  /**
   * Writes bytes, so many times; text is UTF-8. `note` says in words what a reader of the transcript needs to know.
   */
  write(bytes: string | Buffer, note?: string, times?: number): void
  /** Bytes that were written and that the operating system has not taken yet. */
  unsentBytes(): number
  /** Half-closes: nothing more will be written. */
  finish(): void
  /** The parsed HTTP answer that has come by then, recorded; undefined where none came within `ms`. */
  answer(ms?: number): Promise<RawAnswer | undefined>
  /** Whether the target ended the TCP connection within `ms` (the suite's patience by default). */
  ended(ms?: number): Promise<boolean>
  /** The next Close frame after an upgrade: its code; 1005 where it is empty; undefined where none came. */
  closeFrame(ms?: number): Promise<number | undefined>
  /** A text frame after an upgrade that satisfies the test. */
  textFrame(test: (text: string) => boolean, ms?: number): Promise<string | undefined>
  /** Waits for a Ping after an upgrade, the first or an earlier one; whether there is one. */
  ping(ms?: number): Promise<boolean>
  /** Ends the connection at once. */
  drop(): void
  /** Resets the connection, so that the other side hears no end of it but an error. */
  reset(): void
  /** Stops reading. */
  pause(): void
  /** Reads on for the end of the connection alone, and keeps nothing of what comes before it. */
  readToEnd(): void
}

/** Opens a TCP connection to the host and port of a URL. */
export async function openRaw(
  recorder: Recorder,
  as: string,
  url: URL,
  patienceMs: number,
): Promise<RawConnection> {
  const chunks = makeGrowing<Buffer>(recorder.clock)
  const ends = makeGrowing<true>(recorder.clock)
  let received = Buffer.alloc(0)
  const socket: Socket = connect({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    allowHalfOpen: true,
  })
  recorder.clock.carries(socket)
  socket.on('error', (error) => {
    recorder.record({ kind: 'failure', as, what: describe(error) })
  })
  let wasOpen = false
  let isAnswered = false
  const all: Frame[] = []
  /** What follows the answer of an upgrade and is no whole frame yet. */
  let unread: Buffer | undefined
  let isHeedless = false
  let hasEnded = false
  const end = (): void => {
    if (hasEnded) return
    hasEnded = true
    if (wasOpen) recorder.record({ kind: 'end', as })
    ends.add(true)
    chunks.end()
    ends.end()
    socket.end()
  }
  socket.on('data', (chunk) => {
    if (isHeedless) return
    if (unread === undefined) received = Buffer.concat([received, chunk])
    else unread = Buffer.concat([unread, chunk])
    // Before the answer was asked for, it has not been recorded yet, and comes first.
    if (isAnswered) frames()
    chunks.add(chunk)
  })
  socket.on('end', end)
  socket.on('close', end)
  const opened = new Promise<void>((resolve) => {
    socket.once('connect', () => {
      wasOpen = true
      resolve()
    })
    socket.once('error', () => resolve())
  })
  await recorder.clock.during(recorder.clock.within(opened, patienceMs))

  /** Records what came since it was asked last; all frames so far. */
  const frames = (): Frame[] => {
    if (unread === undefined) {
      const head = received.indexOf('\r\n\r\n')
      if (head < 0 || !received.subarray(0, 12).toString('latin1').startsWith('HTTP/1.1 101'))
        return []
      unread = received.subarray(head + 4)
    }
    const read = readFrames(unread)
    unread = read.rest
    for (const frame of read.frames) {
      all.push(frame)
      recorder.record({ as, ...eventOf(frame) })
    }
    return all
  }

  return {
    write(bytes, note, times = 1) {
      recorder.record({ kind: 'sent', as, what: note ?? cut(bytes.toString(), 300) })
      for (let time = 0; time < times && !socket.destroyed; time += 1) socket.write(bytes)
    },
    unsentBytes: () => socket.writableLength,
    finish: () => socket.end(),
    async answer(ms = patienceMs) {
      await chunks.find(() => isWholeAnswer(received, hasEnded), ms)
      const answer = readAnswer(received)
      if (answer) recorder.record({ kind: 'answer', as, ...answer })
      isAnswered = true
      frames()
      return answer
    },
    ended: async (ms = patienceMs) => {
      const isOver = (await ends.find(() => true, ms)) === true
      frames()
      return isOver
    },
    async closeFrame(ms = patienceMs) {
      const find = (): Frame | undefined => frames().find(({ opcode }) => opcode === 8)
      await chunks.find(() => find() !== undefined, ms)
      const frame = find()
      return frame && (frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005)
    },
    async textFrame(test, ms = patienceMs) {
      const find = (): Frame | undefined =>
        frames().find(({ opcode, payload }) => opcode === 1 && test(payload.toString('utf8')))
      await chunks.find(() => find() !== undefined, ms)
      return find()?.payload.toString('utf8')
    },
    async ping(ms = patienceMs) {
      const has = (): boolean => frames().some(({ opcode }) => opcode === 9)
      await chunks.find(has, ms)
      return has()
    },
    drop() {
      recorder.record({ kind: 'sent', as, what: 'the end of the TCP connection' })
      socket.destroy()
    },
    reset() {
      recorder.record({ kind: 'sent', as, what: 'a reset of the TCP connection' })
      socket.resetAndDestroy()
    },
    pause: () => socket.pause(),
    readToEnd() {
      recorder.record({ kind: 'note', as, what: 'reads on' })
      isHeedless = true
      socket.resume()
    },
  }
}

type FrameParts = Omit<FrameEvent, keyof Moment>
type CloseParts = Omit<CloseEvent, keyof Moment>

const FRAME_TYPES: Readonly<Record<number, 'text' | 'binary' | 'ping' | 'pong'>> = {
  1: 'text',
  2: 'binary',
  9: 'ping',
  10: 'pong',
}

function eventOf({ opcode, payload }: Frame): FrameParts | CloseParts {
  if (opcode !== 8)
    return { kind: 'frame', type: FRAME_TYPES[opcode] ?? 'binary', text: payload.toString('utf8') }
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
  return { kind: 'close', code, reason: payload.subarray(2).toString('utf8') }
}
