/** The WebSocket of one client; it alone knows what is done on the stream itself, and when the library is needed. */
import type { Socket } from 'node:net'
import type { Cancel } from '../ports.ts'
import {
  type FrameOptions,
  type LibrarySocket,
  type LibraryUser,
  openLibrary,
  type PeerEnd,
} from './library-socket.ts'
import { disownStream, ownStream, type StreamOwner } from './stream-owner.ts'
import type { Run, Turn, Waiting } from './turn.ts'

/** Who is told what the peer of a WebSocket does. */
export interface Carried {
  /** The peer ended it; answers the code and reason to send, or nothing to end without a Close frame. */
  onPeerEnd(end: PeerEnd): { code: number | undefined; reason: string } | undefined
  /** A message came. */
  onData(data: Buffer, isBinary: boolean): void
  /** The connection is gone; the last that is told. */
  onGone(): void
}

/** Who keeps the WebSockets of a listener. */
export interface Keeper {
  /**
   * The service's own Close frame is about to be queued, the first of the two that end a connection or the answer to
   * it; answers what to call when the connection is gone.
   */
  onFinish(socket: ChannelSocket): Cancel
  onGone(socket: ChannelSocket): void
}

/** A Ping without data. */
const PING = Buffer.from([0x89, 0])

/** First bytes, and length, of the Pong that answers it, before the four of a mask of nothing. */
const PONG = 0x8a
const MASKED_EMPTY = 0x80
const PONG_BYTES = 6

/**
 * A WebSocket that is the bare stream as long as the peer says nothing but Pongs: what the library needs to read
 * frames was a tenth of a handshake and a kilobyte of memory, and most clients that are pushed to never send one.
 * The first other byte, and the service's Close frame, bring the library, which then reads all that comes and ends it.
 *
 * Data frames and Pings are written past the library's `send`, whole and without compression, on the stream that the
 * library writes its control frames on: making a frame for each receiver cost a fifth of a delivery. Both write at
 * once and whole frames, so they never cut each other; `flush` keeps their order.
 */
export class ChannelSocket implements Waiting, StreamOwner, LibraryUser {
  /** The connection that it runs on. */
  readonly stream: Socket
  carried: Carried | undefined
  readonly #options: FrameOptions
  readonly #keeper: Keeper
  /** There from the first byte that is no Pong, or the service's Close frame. */
  #library: LibrarySocket | undefined
  /** The answer to the upgrade, until it is written. */
  #answer: string | undefined
  /** What waits for the end of the turn. */
  #run: Run | undefined
  #isOpen = true
  #isPaused = false
  /** There once the service's Close frame was queued. */
  #cancelLinger: Cancel | undefined

  /** Takes a stream over, whose upgrade is answered with `answer` before anything else is written. */
  constructor(stream: Socket, answer: string, options: FrameOptions, keeper: Keeper) {
    this.stream = stream
    this.#answer = answer
    this.#options = options
    this.#keeper = keeper
    ownStream(stream, this)
  }

  /** Whether frames can be sent: no Close frame was, and the peer is there. */
  isOpen(): boolean {
    return this.#library ? this.#library.readyState === 1 : this.#isOpen
  }

  isPaused(): boolean {
    return this.#isPaused
  }

  onData(bytes: Buffer): void {
    if (isPong(bytes)) return
    this.#bringLibrary()
    this.stream.unshift(bytes)
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.carried?.onData(data, isBinary)
  }

  onEnd(): void {
    this.flush()
    this.#isOpen = false
    this.stream.end()
  }

  onError(): void {
    this.terminate()
  }

  onClose(): void {
    this.#isOpen = false
    this.#cancelLinger?.()
    this.carried?.onGone()
    this.#keeper.onGone(this)
  }

  onPeerEnd(end: PeerEnd): void {
    const answer = this.carried?.onPeerEnd(end)
    if (answer) this.finish(answer.code, answer.reason)
    else this.terminate()
  }

  /** Queues the service's own Close frame, or completes the closing handshake where one was queued before. */
  finish(code: number | undefined, reason: string): void {
    if (!this.#library && !this.#isOpen) return
    this.stream.cork()
    this.flush()
    this.#cancelLinger ??= this.#keeper.onFinish(this)
    this.#bringLibrary().finish(code, reason)
    this.stream.uncork()
  }

  /** Ends it at once. */
  terminate(): void {
    this.#isOpen = false
    if (this.#library) this.#library.terminate()
    else this.stream.destroy()
  }

  /** Leaves what the peer sends from now on unread. */
  pause(): void {
    this.#isPaused = true
    if (this.#library) this.#library.pause()
    else this.stream.pause()
  }

  /** Reads again. */
  resume(): void {
    this.#isPaused = false
    if (this.#library) this.#library.resume()
    else this.stream.resume()
  }

  /** Sends a whole frame now, or behind what waits for the end of the turn. */
  sendFrame(frame: Buffer): void {
    if (this.#run) this.#run = this.#run.with(frame)
    else if (this.#answer === undefined) this.stream.write(frame)
    else this.stream.write(this.#takeAnswer(frame))
  }

  /** Sends a whole frame at the end of the turn, in one write with all others of the turn. */
  joinFrame(frame: Buffer, turn: Turn): void {
    if (this.#run) {
      this.#run = this.#run.with(frame)
      return
    }
    this.#run = turn.begin(frame)
    turn.add(this)
  }

  /** Sends a Ping behind what waits for the end of the turn; `onSent` is called when it left the service's own queue. */
  ping(onSent: () => void): void {
    this.flush()
    this.stream.write(PING, (error) => {
      if (!error) onSent()
    })
  }

  /** Sends what waits for the end of the turn. */
  flush(): void {
    const run = this.#run
    this.#run = undefined
    if (!this.isOpen()) return
    if (this.#answer !== undefined) this.stream.write(this.#takeAnswer())
    if (run !== undefined) this.stream.write(run.join())
  }

  /** Bytes that the operating system has not taken yet. */
  queuedBytes(): number {
    return this.stream.writableLength + (this.#run?.length ?? 0)
  }

  /** The answer with a frame behind it, in one piece: a second one costs as much as all else that a handshake takes. */
  #takeAnswer(frame?: Buffer): Buffer {
    const answer = this.#answer ?? ''
    this.#answer = undefined
    const bytes = Buffer.allocUnsafe(answer.length + (frame?.length ?? 0))
    bytes.write(answer, 'latin1')
    frame?.copy(bytes, answer.length)
    return bytes
  }

  #bringLibrary(): LibrarySocket {
    if (this.#library) return this.#library
    this.flush()
    disownStream(this.stream)
    const library = openLibrary(this.stream, this.#options, this)
    if (this.#isPaused) library.pause()
    this.#library = library
    return library
  }
}

/** Whether these bytes are the answer to a Ping, alone and whole. */
function isPong(bytes: Buffer): boolean {
  return bytes.length === PONG_BYTES && bytes[0] === PONG && bytes[1] === MASKED_EMPTY
}
