/** What the presence sender, the webhook queue and one attempt say to each other; it alone knows the shapes of webhooks before they are bytes. */
import type { Mark, OwedState, PresenceState, SocketEnd, SocketFacts } from './broker-port.ts'
import type { Timings } from './ports.ts'

/** One webhook to deliver. */
export type Delivery =
  | { event: 'connected' | 'disconnected'; state: PresenceState }
  | { event: 'started'; epoch: number; atMs: number }

/** One webhook of a socket to deliver; `atMs` is when it happened, milliseconds since 1970. */
export type SocketDelivery =
  | { event: 'handshake'; socket: SocketFacts; atMs: number }
  | { event: 'message'; socket: SocketFacts; number: number; body: string; atMs: number }
  | ({ event: 'closed'; socket: SocketFacts } & SocketEnd)

/** How one attempt ended: an answer with its status, or none. */
export type AttemptAnswer =
  | {
      status: number
      /** Seconds that `Retry-After` asked for, when it could be read. */
      retryAfterSeconds?: number
      /** Where a redirect pointed; for people, never followed. */
      location?: string
    }
  /** `unnoted` where it was not made, as the broker could not be told of it before. */
  | { failure: 'connection' | 'timeout' | 'unnoted' }

/** Makes one attempt, of at most `webhook_timeout_seconds`; rejects only for a defect. */
export type Attempt<D = Delivery> = (delivery: D) => Promise<AttemptAnswer>

/** What takes the webhooks of sockets. No `onEnd` is called within the call that it was given to. */
export interface SocketSink {
  /** Attempts a handshake once; `unattempted` where no place was free within `webhook_timeout_seconds`. */
  handshake(
    socket: SocketFacts,
    atMs: number,
    onEnd: (answer: AttemptAnswer | { failure: 'unattempted' }) => void,
  ): void
  /** Attempts message `number` of a socket once, as soon as a place is free. */
  message(
    socket: SocketFacts,
    message: { number: number; body: string; atMs: number },
    onEnd: (answer: AttemptAnswer) => void,
  ): void
  /** Attempts `closed` until it is answered or given up. */
  closed(socket: SocketFacts, end: SocketEnd, onEnd: () => void): void
  /** Resolves when nothing is in flight or due, or `timeoutMs` have passed. */
  flush(timeoutMs: number): Promise<void>
  /** Ends all waiting; nothing is attempted afterwards. */
  stop(): void
}

/** A schedule of attempts of one webhook. */
export interface Schedule {
  /** Attempts begun so far. */
  attempts: number
  /** Begin of the first attempt, milliseconds since 1970; -Infinity before it. */
  firstAttemptAtMs: number
  /** Earliest instant of the next attempt. */
  retryAtMs: number
  /** Instant of giving up; -Infinity while there is hope. */
  givenUpAtMs: number
}

/** What the service knows about reporting one client; `Schedule` is that of the highest attempted version. */
export interface Sender extends Schedule {
  current: PresenceState
  acknowledged: Mark
  attempted: Mark
  /** End of the longest `Retry-After` that this client's attempts were answered with. */
  heldUntilMs: number
  inFlight: number
}

/** What to do about one client now. */
export type NextWebhook =
  | { kind: 'send'; state: PresenceState }
  /** Owed to the application, but not before `untilMs`. */
  | { kind: 'wait'; untilMs: number }
  /** Nothing until the attempt in flight is answered. */
  | { kind: 'rest' }
  /** Nothing owed; remembered until `untilMs` for the pace. */
  | { kind: 'linger'; untilMs: number }
  | { kind: 'forget' }

/** Timings, in seconds, by which webhooks are scheduled. */
export type SenderTimings = Pick<
  Timings,
  | 'presence_interval_seconds'
  | 'webhook_retry_seconds'
  | 'webhook_pause_seconds'
  | 'webhook_give_up_seconds'
  | 'webhook_retry_after_max_seconds'
>

/**
 * The decisions of the sender, each replaceable. Those that combine others take the record they belong to first,
 * so that a replaced decision is met everywhere.
 */
export interface SenderRules {
  /** Whether `mark` is larger than `than`. */
  isNewer(mark: Mark, than: Mark): boolean
  /** The sender after `state` was reported; begins one when none is known. */
  noteReported(rules: SenderRules, known: Sender | undefined, state: PresenceState): Sender
  /** The sender of a state that the last run owed. */
  noteRecalled(owed: OwedState): Sender
  /** The sender after an attempt of `state` began. */
  noteBegun(rules: SenderRules, sender: Sender, state: PresenceState, nowMs: number): Sender
  /** The sender after its attempt of `state` ended; `fraction` in [0, 1) spreads the retries. */
  noteAnswered(
    rules: SenderRules,
    sender: Sender,
    state: PresenceState,
    answer: AttemptAnswer,
    at: { nowMs: number; fraction: number; timings: SenderTimings },
  ): Sender
  /** What to do about a client at `nowMs`. */
  decideNextWebhook(
    rules: SenderRules,
    sender: Sender,
    nowMs: number,
    timings: SenderTimings,
  ): NextWebhook
  /** Whether the application has yet to hear something about the client. */
  isWebhookOwed(rules: SenderRules, sender: Sender): boolean
  /** Which state is sent when one is owed. */
  decideWebhookState(sender: Sender): PresenceState
  /** Earliest instant of the first attempt of `version`, the next to be attempted. */
  decideWebhookPace(sender: Sender, version: number, intervalSeconds: number): number
  /** Whether a client may have another attempt in flight. */
  isClientFree(sender: Sender): boolean
  /** Whether the target may have another attempt in flight beside `inFlight`. */
  isTargetFree(inFlight: number, concurrency: number): boolean
  /** Whether a status ends the delivery well. */
  isWebhookSuccess(status: number): boolean
  /** Schedules after a failed attempt. */
  decideWebhookSchedule(
    rules: SenderRules,
    schedule: Schedule,
    answer: AttemptAnswer,
    at: { nowMs: number; fraction: number; timings: SenderTimings },
  ): Schedule
  /** Milliseconds from the end of attempt number `attempts` to the next; undefined when it was the last. */
  decideWebhookRetry(
    attempts: number,
    retrySeconds: readonly number[],
    fraction: number,
  ): number | undefined
  /** Whether a next attempt at `nextAtMs` would be too late to make. */
  decideWebhookGiveUp(firstAttemptAtMs: number, nextAtMs: number, giveUpSeconds: number): boolean
  /** Milliseconds of a `Retry-After` that are waited; 0 without one. */
  honourRetryAfter(retryAfterSeconds: number | undefined, maxSeconds: number): number
  /** Whether an ended attempt says that the whole target is unwell. */
  isTargetUnwell(answer: AttemptAnswer): boolean
  /** Milliseconds between attempts while the target is unwell. */
  decideTargetPause(pauseSeconds: number): number
  /** Whether a status says that the application has no handler for `started`. */
  isStartedDeclined(status: number): boolean
}
