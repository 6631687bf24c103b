/** The library's WebSocket; it alone knows how the library is made on a stream and how it reports what the peer did. */
import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'

/** What the peer did that ends the connection. */
export type PeerEnd =
  | { kind: 'close'; code: number; reason: string }
  | { kind: 'error'; libraryCode: number }

/** What the library is told of the frames of one kind of connection. */
export interface FrameBounds {
  /** Whether Pings are answered. */
  autoPong: boolean
  /** Bytes of the longest message that is taken. */
  maxPayload: number
  /** Frames in which a message may come. */
  maxFragments: number
}

/** The same, with what is alike for all kinds. */
export type FrameOptions = Readonly<FrameBounds & typeof FOR_ALL>

/** Who is told what the library finds. */
export interface LibraryUser {
  /** The peer ended it: to be answered with `finish` or `terminate`. */
  onPeerEnd(end: PeerEnd): void
  onMessage(data: Buffer, isBinary: boolean): void
  onClose(): void
}

/** The longest that a timer of the runtime can be. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The library's own bounds for servers, and its timer for a closing: how long that may take is decided by the clock of the service. */
const FOR_ALL = {
  maxBufferedChunks: 256 * 1024,
  maxPendingAutoPongs: 60,
  closeTimeout: LONGEST_TIMER_MS,
}

const NO_BYTES = Buffer.alloc(0)

/**
 * A WebSocket whose own closing is asked for, so that an ending from the peer's side is known before it is answered.
 * The library calls `close` for two reasons only: to echo a Close frame, and after a frame that it refused.
 */
export class LibrarySocket extends WebSocket {
  user: LibraryUser | undefined

  override close(code?: number, reason?: string | Buffer): void {
    if (this.readyState !== WebSocket.OPEN) {
      // The service wrote its Close frame before: nothing is left to decide.
      super.close()
      return
    }
    const isEcho = code === undefined || reason !== undefined
    this.user?.onPeerEnd(
      isEcho
        ? { kind: 'close', code: code ?? 1005, reason: String(reason ?? '') }
        : { kind: 'error', libraryCode: code },
    )
  }

  /** Queues a Close frame, or completes the closing handshake where one was queued before. */
  finish(code: number | undefined, reason: string): void {
    super.close(code, reason)
  }
}

/** How the library makes a WebSocket behind a handshake, which its types do not tell. */
type Make = new (
  address: null,
  protocols: undefined,
  options: FrameOptions,
) => LibrarySocket & { setSocket(stream: Socket, head: Buffer, options: FrameOptions): void }

/** Options that do not change. */
export function makeFrameOptions(bounds: FrameBounds): FrameOptions {
  return { ...FOR_ALL, ...bounds }
}

/** The WebSocket of a stream on which the handshake was answered already, as a server with these options makes it. */
export function openLibrary(
  stream: Socket,
  options: FrameOptions,
  user: LibraryUser,
): LibrarySocket {
  const made = new (LibrarySocket as unknown as Make)(null, undefined, options)
  made.setSocket(stream, NO_BYTES, options)
  made.user = user
  made.on('message', onMessage)
  // What the library found wrong was answered by `onPeerEnd`; a lost stream is followed by `close`.
  made.on('error', ignore)
  made.on('close', onClose)
  return made
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as LibrarySocket).user?.onMessage(data as Buffer, isBinary)
}

function onClose(this: WebSocket): void {
  ;(this as LibrarySocket).user?.onClose()
}

function ignore(): void {}
