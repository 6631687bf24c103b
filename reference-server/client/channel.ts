/** The channel as pages and programs use it: it alone turns what happens into events and callbacks. */
import type { Delivery } from './envelopes.ts'
import { type AskToken, keepConnected } from './keeper.ts'
import { realSurroundings, type Surroundings } from './surroundings.ts'
import type { Transport } from './transports.ts'

/** How a channel is made. */
export interface ChannelOptions {
  /**
   * Called for every attempt to connect; answers what the service answered to the application, or rejects.
   * `isFresh` says that a token that was answered before is used up.
   */
  token: AskToken
  /** `auto`, the default, tries the event stream where WebSockets never open. */
  transport?: Transport | 'auto'
  /** Time, randomness and network in place of the real ones. */
  surroundings?: Partial<Surroundings>
}

/** Something that an application posted. */
export type ChannelMessage = Event & Pick<Delivery, 'data' | 'id' | 'seq'>

/** How a connection or the channel ended: a close code and its reason. */
export type ChannelEnd = Event & { code: number; reason: string }

/** The events of a channel, each of which also calls the property `on` and its name. */
export interface ChannelEvents {
  /** Connected, for the first time; `resumed` where all that was posted since the token follows. */
  open: Event & { resumed: boolean }
  /** Connected again; where `resumed` is false something was missed, and the page loads its state anew. */
  resumed: Event & { resumed: boolean }
  message: ChannelMessage
  broadcast: ChannelMessage
  /** Not connected; the next attempt begins in `delayMs` milliseconds. */
  reconnecting: ChannelEnd & { delayMs: number }
  /** The service said stop; `close` follows. */
  error: ChannelEnd
  /** It is over. */
  close: ChannelEnd
}

type Callback<Name extends keyof ChannelEvents> = ((event: ChannelEvents[Name]) => void) | null

/** An event target that knows the events of a channel. */
export interface ChannelTarget extends Pick<EventTarget, 'dispatchEvent'> {
  addEventListener<Name extends keyof ChannelEvents>(
    type: Name,
    listener: Callback<Name>,
    options?: Parameters<EventTarget['addEventListener']>[2],
  ): void
  removeEventListener<Name extends keyof ChannelEvents>(
    type: Name,
    listener: Callback<Name>,
    options?: Parameters<EventTarget['removeEventListener']>[2],
  ): void
}

const TypedTarget = EventTarget as unknown as new () => ChannelTarget

/**
 * A channel that connects at once and stays connected, through drops and dying tokens, until it is closed.
 * What a callback throws is reported as uncaught and disturbs nothing.
 * @spec client.token.callback
 * @spec client.open.welcome
 * @spec client.message.given
 * @spec client.broadcast.given
 * @spec client.stop.told
 */
export class Channel extends TypedTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3

  onopen: Callback<'open'> = null
  onresumed: Callback<'resumed'> = null
  onmessage: Callback<'message'> = null
  onbroadcast: Callback<'broadcast'> = null
  onreconnecting: Callback<'reconnecting'> = null
  onerror: Callback<'error'> = null
  onclose: Callback<'close'> = null

  #state = Channel.CONNECTING as number
  readonly #keeper: { close(): void }

  constructor({ token, transport = 'auto', surroundings = {} }: ChannelOptions) {
    super()
    for (const name of names) this.addEventListener(name, (event) => this.#call(name, event))
    this.#keeper = keepConnected({
      askToken: token,
      transport,
      isRefreshable: true,
      surroundings: { ...realSurroundings, ...surroundings },
      listener: {
        onOpen: (resumed) => this.#tell('open', { resumed }, Channel.OPEN),
        onReturn: (resumed) => this.#tell('resumed', { resumed }, Channel.OPEN),
        onDelivery: ({ type, data, id, seq }) => this.#tell(type, { data, id, seq }),
        onReconnecting: ({ code, reason }, delayMs) =>
          this.#tell('reconnecting', { code, reason, delayMs }, Channel.CONNECTING),
        onEnd: ({ code, reason }) => {
          if (code !== 1000) this.#tell('error', { code, reason }, Channel.CLOSING)
          this.#tell('close', { code, reason }, Channel.CLOSED)
        },
      },
    })
  }

  /** 0 connecting, also again, 1 open, 2 closing, 3 closed. */
  get readyState(): number {
    return this.#state
  }

  /**
   * Says goodbye to the service and ends the channel; after it only `close` is told, once. Calling it again does nothing.
   * @spec client.close.reaches
   * @spec client.close.final
   */
  close(): void {
    if (this.#state >= Channel.CLOSING) return
    this.#state = Channel.CLOSING
    this.#keeper.close()
  }

  #call<Name extends keyof ChannelEvents>(name: Name, event: ChannelEvents[Name]): void {
    const callback = this[`on${name}`] as Callback<Name>
    callback?.call(this, event)
  }

  #tell(name: keyof ChannelEvents, members: object, state = this.#state): void {
    this.#state = state
    this.dispatchEvent(Object.assign(new Event(name), members))
  }
}

const names = ['open', 'resumed', 'message', 'broadcast', 'reconnecting', 'error', 'close'] as const
