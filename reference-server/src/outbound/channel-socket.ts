/** The WebSocket of one client; it alone knows how the library reports what the peer did to the protocol. */
import { WebSocket } from 'ws'

/** What the peer did that ends the connection. */
export type PeerEnd =
  | { kind: 'close'; code: number; reason: string }
  | { kind: 'error'; libraryCode: number }

/**
 * A WebSocket whose own closing goes through `finish`, so that an ending from the peer's side is known before it is
 * answered. The library calls `close` for two reasons only: to echo a Close frame, and after a frame that it refused.
 */
export class ChannelSocket extends WebSocket {
  /** Called once for each such reason; answers the code and reason to send, or nothing to end without a Close frame. */
  onPeerEnd:
    | ((end: PeerEnd) => { code: number | undefined; reason: string } | undefined)
    | undefined

  /** Called when the service's own Close frame is about to be queued, the first of the two that end a connection or the answer to it. */
  onFinish: (() => void) | undefined

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
    const answer = this.onPeerEnd ? this.onPeerEnd(end) : { code, reason: String(reason ?? '') }
    if (answer) this.finish(answer.code, answer.reason)
    else this.terminate()
  }

  /** Queues the service's own Close frame, or completes the closing handshake where one was queued before. */
  finish(code: number | undefined, reason: string): void {
    this.onFinish?.()
    this.onFinish = undefined
    super.close(code, reason)
  }
}
