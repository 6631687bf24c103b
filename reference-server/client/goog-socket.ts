/** The calls of the original script: it alone knows their names, states and callbacks. */
import { decideError, type GaeError, isUnauthorized } from './gae-table.ts'
import { keepConnected } from './keeper.ts'
import type { End } from './link.ts'
import { makePatience } from './patience.ts'
import type { Surroundings } from './surroundings.ts'

const ReadyState = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const

/** The callbacks of a page, any of which may be missing. */
export interface GoogHandler {
  onopen?: ((event: object) => void) | null | undefined
  onmessage?: ((event: { data: string }) => void) | null | undefined
  onerror?: ((error: GaeError) => void) | null | undefined
  onclose?: ((event: object) => void) | null | undefined
}

/** What `open` returns. */
export interface GoogSocket extends GoogHandler {
  readyState: number
  /** Called at each later welcome. */
  onreconnect?: ((event: { resumed: boolean }) => void) | null | undefined
  /** Says goodbye to the service; `onclose` follows, and nothing after it. */
  close(): void
  /** The original never sent anything; answers false. */
  send(): boolean
}

/** What pages find as `goog.appengine`. */
export interface GoogAppengine {
  Channel: new (token: string) => { open(handler?: GoogHandler | null): GoogSocket }
  Socket: { new (): GoogSocket; readonly ReadyState: typeof ReadyState }
}

/**
 * Makes `goog.appengine` for one page and the service at `connectUrl`.
 * @spec gae.open.returns
 * @spec gae.open.handler
 * @spec gae.open.partial
 * @spec gae.open.welcome
 * @spec gae.state.names
 * @spec gae.message.data
 * @spec gae.close.page
 * @spec gae.channels.several
 * @spec gae.end.silent
 * @spec gae.end.once
 * @spec gae.end.missed
 * @spec gae.again.inside
 * @spec gae.token.malformed
 */
export function makeGoogAppengine(connectUrl: string, surroundings: Surroundings): GoogAppengine {
  const patience = makePatience()

  class Socket implements GoogSocket {
    static readonly ReadyState = ReadyState
    onopen: GoogHandler['onopen']
    onmessage: GoogHandler['onmessage']
    onerror: GoogHandler['onerror']
    onclose: GoogHandler['onclose']
    onreconnect: GoogSocket['onreconnect']
    readyState: number = ReadyState.CONNECTING

    close(): void {
      closers.get(this)?.()
    }

    send(): boolean {
      return false
    }
  }

  const closers = new WeakMap<Socket, () => void>()

  /** Calls what the page has set by now; what it throws is reported, and the next callback comes all the same. */
  function call(socket: Socket, name: keyof GoogHandler | 'onreconnect', event: object): void {
    try {
      const callback = socket[name] as ((event: object) => void) | null | undefined
      if (typeof callback === 'function') callback.call(socket, event)
    } catch (thrown) {
      surroundings.after(0, () => {
        throw thrown
      })
    }
  }

  function connect(socket: Socket, token: string): void {
    function end(error: GaeError | undefined): void {
      closers.delete(socket)
      if (error) call(socket, 'onerror', error)
      socket.readyState = ReadyState.CLOSED
      call(socket, 'onclose', {})
    }

    function endWithPatience({ code, reason }: End): void {
      const error = decideError(code, reason)
      socket.readyState = ReadyState.CLOSING
      const delayMs = isUnauthorized(error) ? patience.takeDelayMs() : 0
      if (delayMs === 0) {
        end(error)
        return
      }
      const cancel = surroundings.after(delayMs, () => end(error))
      closers.set(socket, () => {
        cancel()
        closers.delete(socket)
        surroundings.after(0, () => end(undefined))
      })
    }

    const keeper = keepConnected({
      askToken: () => ({ token, connect_url: connectUrl }),
      transport: 'auto',
      isRefreshable: false,
      surroundings,
      listener: {
        onOpen: () => {
          patience.reset()
          socket.readyState = ReadyState.OPEN
          call(socket, 'onopen', {})
        },
        onReturn: (resumed) => {
          socket.readyState = ReadyState.OPEN
          call(socket, 'onreconnect', { resumed })
        },
        onDelivery: ({ data }) => call(socket, 'onmessage', { data }),
        onReconnecting: () => {
          socket.readyState = ReadyState.CONNECTING
        },
        onEnd: endWithPatience,
      },
    })
    closers.set(socket, () => {
      closers.delete(socket)
      socket.readyState = ReadyState.CLOSING
      keeper.close()
    })
  }

  class Channel {
    readonly #token: string

    constructor(token: string) {
      this.#token = String(token)
    }

    open(handler?: GoogHandler | null): Socket {
      const socket = new Socket()
      const { onopen, onmessage, onerror, onclose } = handler ?? {}
      Object.assign(socket, { onopen, onmessage, onerror, onclose })
      connect(socket, this.#token)
      return socket
    }
  }

  return { Channel, Socket }
}
