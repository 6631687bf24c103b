/** What can happen while a check runs: the one vocabulary that drives write and judges read. */

/** Header names in lower case; a header sent several times is joined with `, `. */
export type Headers = Readonly<Record<string, string>>

/** What every event carries. */
export interface Moment {
  /** Position in the timeline, from 1. */
  readonly n: number
  /** Milliseconds since 1970, as the suite's clock saw it. */
  readonly atMs: number
  /** The role that the check gave to this request, connection or delivery: `control`, `defect`, `old` ... */
  readonly as: string
}

/** An HTTP request that the suite sent. */
export interface RequestEvent extends Moment {
  readonly kind: 'request'
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/** The target's answer to an HTTP request, an upgrade that it refused included. */
export interface AnswerEvent extends Moment {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A request or connection that the transport ended without an answer. */
export interface FailureEvent extends Moment {
  readonly kind: 'failure'
  readonly what: string
}

/** An upgrade that the target completed. */
export interface OpenEvent extends Moment {
  readonly kind: 'open'
  readonly subprotocol: string
}

/** A frame, or an event of an event stream, that arrived from the target. */
export interface FrameEvent extends Moment {
  readonly kind: 'frame'
  readonly type: 'text' | 'binary' | 'ping' | 'pong'
  readonly text: string
  /** On an event stream, whose events are text frames: the name of the event and its id, where it has one. */
  readonly event?: { readonly name: string; readonly id: string | undefined }
}

/** Something that the suite sent on a connection, in words or in frames. */
export interface SentEvent extends Moment {
  readonly kind: 'sent'
  readonly what: string
}

/** The role of the note that marks when the application goes on with what it held. */
export const RELEASE = 'release'

/** How a drive records that it sent a Ping. */
export const PING = 'a Ping'

/** The end of a connection; code 1006 where no Close frame, or `close` event, came. */
export interface CloseEvent extends Moment {
  readonly kind: 'close'
  readonly code: number
  readonly reason: string
}

/** The end of a connection's TCP stream, or of the answer that was an event stream. */
export interface EndEvent extends Moment {
  readonly kind: 'end'
}

/** An attempt of a webhook that reached the suite's receiver. */
export interface WebhookEvent extends Moment {
  readonly kind: 'webhook'
  readonly method: string
  readonly path: string
  readonly headers: Headers
  /** The raw body, one character per byte. */
  readonly body: string
  /** Attempts of its kind, of sockets or of clients, that the receiver had not yet answered when this one came, this one included. */
  readonly inFlight: number
}

/** What the receiver did with an attempt. */
export interface WebhookAnswerEvent extends Moment {
  readonly kind: 'webhook-answer'
  readonly status: number | 'dropped' | 'abandoned'
  /** The `n` of the attempt. */
  readonly to: number
}

/** An instance of the implementation that the check started or ended. */
export interface InstanceEvent extends Moment {
  readonly kind: 'instance'
  readonly what: 'launched' | 'draining' | 'drained' | 'stopped'
}

/** Something that a check wants a judge or a reader to know: a fence passed, a value it computed. */
export interface NoteEvent extends Moment {
  readonly kind: 'note'
  readonly what: string
}

/** A question of the client under test for a token, and what it was answered. `as` is the role of its channel. */
export interface TokenRequestEvent extends Moment {
  readonly kind: 'token-request'
  readonly status: number
  /** Absent where the callback was made to fail. */
  readonly token?: string
}

/** An attempt of the client under test to connect. `as` is the role of its channel and the number of the attempt: `main#1`. */
export interface AttemptEvent extends Moment {
  readonly kind: 'attempt'
  readonly transport: 'websocket' | 'stream'
  readonly url: string
  /** The elements of `Sec-WebSocket-Protocol`, in order. */
  readonly subprotocols: readonly string[]
  readonly headers: Headers
}

/** Something that the client under test told its page. `as` is the role of its channel. */
export interface ToldEvent extends Moment {
  readonly kind: 'told'
  /** `open`, `message`, `close` ... */
  readonly what: string
  /** All that its program said of it. */
  readonly members: Readonly<Record<string, unknown>>
}

/** Something that a page saw or did which the suite played around a script of the target. `as` is the role of the page. */
export interface PageEvent extends Moment {
  readonly kind: 'page'
  /**
   * `attempt`, `goodbye`, `abandon`, `sent` of the script's connections; `accepted`, `given`, `ended` by the suite at
   * their other end, or `missing` where there was none; `loaded`, `returned` from `open`, `callback`, `threw` and `said`
   * of the page.
   */
  readonly what: string
  /** On the clock of the page. */
  readonly seconds: number
  readonly members: Readonly<Record<string, unknown>>
}

/** Any event. */
export type TimelineEvent =
  | RequestEvent
  | AnswerEvent
  | FailureEvent
  | OpenEvent
  | FrameEvent
  | SentEvent
  | CloseEvent
  | EndEvent
  | WebhookEvent
  | WebhookAnswerEvent
  | InstanceEvent
  | TokenRequestEvent
  | AttemptEvent
  | ToldEvent
  | PageEvent
  | NoteEvent

/** An event before the recorder has numbered it. */
export type Unrecorded<E extends TimelineEvent = TimelineEvent> = E extends TimelineEvent
  ? Omit<E, 'n' | 'atMs'>
  : never

/** The kinds of events that only a target can cause: without one of them nothing was observed. */
export const OBSERVED_KINDS: ReadonlySet<TimelineEvent['kind']> = new Set([
  'answer',
  'open',
  'frame',
  'close',
  'end',
  'webhook',
  'attempt',
])
