/** The WebSocket of one client; it alone knows how the library reports what the peer did, and what is written beside it. */
import type { Socket } from 'node:net'
import { type RawData, type ServerOptions, WebSocket } from 'ws'
import type { Run, Turn, Waiting } from './turn.ts'

/** What the peer did that ends the connection. */
export type PeerEnd =
  | { kind: 'close'; code: number; reason: string }
  | { kind: 'error'; libraryCode: number }

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
  /** The service's own Close frame is about to be queued, the first of the two that end a connection or the answer to it. */
  onFinish(socket: ChannelSocket): void
  onGone(socket: ChannelSocket): void
}

/**
 * A WebSocket whose own closing goes through `finish`, so that an ending from the peer's side is known before it is
 * answered. The library calls `close` for two reasons only: to echo a Close frame, and after a frame that it refused.
 *
 * Data frames are written past the library's `send`, whole and without compression, on the stream that the library
 * writes its control frames on: making a frame for each receiver cost a fifth of a delivery. Both write at once and
 * whole frames, so they never cut each other; `flush` keeps their order.
 *
 * What happens goes to two fields and not to listeners of each socket's own, which were half a kilobyte.
 */
export class ChannelSocket extends WebSocket implements Waiting {
  /** The connection that it runs on; there once it was taken in. */
  stream: Socket | undefined
  carried: Carried | undefined
  #keeper: Keeper | undefined

  #isFinishing = false

  /** What waits for the end of the turn. */
  #run: Run | undefined

  /** Takes in what the library opened, before anything is read from it. */
  takeIn(stream: Socket, keeper: Keeper): void {
    this.stream = stream
    this.#keeper = keeper
    this.on('message', onMessage)
    // What the library found wrong was answered by `onPeerEnd`; a lost stream is followed by `close`.
    this.on('error', ignore)
    this.on('close', onClose)
  }

  /** Tells that it is gone. */
  leave(): void {
    this.carried?.onGone()
    this.#keeper?.onGone(this)
  }

  override close(code?: number, reason?: string | Buffer): void {
    if (this.readyState !== WebSocket.OPEN) {
      // The service wrote its Close frame before: nothing is left to decide.
      super.close()
      return
    }
    const isEcho = code === undefined || reason !== undefined
    const end: PeerEnd = isEcho
      ? { kind: 'close', code: code ?? 1005, reason: String(reason ?? '') }
      : { kind: 'error', libraryCode: code }
    const answer = this.carried
      ? this.carried.onPeerEnd(end)
      : { code, reason: String(reason ?? '') }
    if (answer) this.finish(answer.code, answer.reason)
    else this.terminate()
  }

  /** Queues the service's own Close frame, or completes the closing handshake where one was queued before. */
  finish(code: number | undefined, reason: string): void {
    this.flush()
    if (!this.#isFinishing) this.#keeper?.onFinish(this)
    this.#isFinishing = true
    super.close(code, reason)
  }

  /** Sends a whole frame now, or behind what waits for the end of the turn. */
  sendFrame(frame: Buffer): void {
    if (this.#run) this.#run = this.#run.with(frame)
    else this.stream?.write(frame)
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

  /** Sends what waits for the end of the turn. */
  flush(): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    if (this.readyState === WebSocket.OPEN) this.stream?.write(run.join())
  }

  /** Bytes that the operating system has not taken yet. */
  queuedBytes(): number {
    return this.bufferedAmount + (this.#run?.length ?? 0)
  }
}

/** How the library makes a WebSocket behind a handshake, which its types do not tell. */
type Make = new (
  address: null,
  protocols: undefined,
  options: ServerOptions,
) => ChannelSocket & { setSocket(stream: Socket, head: Buffer, options: ServerOptions): void }

const NO_BYTES = Buffer.alloc(0)

/** The WebSocket of a stream on which the handshake was answered already, as a server with these options makes it. */
export function openOn(stream: Socket, options: ServerOptions): ChannelSocket {
  const socket = new (ChannelSocket as unknown as Make)(null, undefined, options)
  socket.setSocket(stream, NO_BYTES, options)
  return socket
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as ChannelSocket).carried?.onData(data as Buffer, isBinary)
}

function onClose(this: WebSocket): void {
  ;(this as ChannelSocket).leave()
}

function ignore(): void {}
