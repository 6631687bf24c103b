/** Ports of the reference server: it alone knows what rules may call and what the outside must offer for that. */
import type { CloseSlug, LimitName, TimingName } from '@channel-protocol/schemas/registry'
import type { Envelope } from '@channel-protocol/schemas/types'

/** Ends a pending `Clock.after`; calling it again, or after the function ran, does nothing. */
export type Cancel = () => void

/** Time. All rules and writers learn the time and wait through it. */
export interface Clock {
  /** Whether it stands still until it is moved: the runtime's own timers then know nothing of the time. */
  readonly standsStill?: boolean
  /** Milliseconds since 1970, of a clock that only runs forward: by it durations and order are measured. */
  nowMs(): number
  /** Milliseconds since 1970 as others count them, of a clock that may be set forth and back: for instants that they read or wrote. */
  wallMs(): number
  /** Calls `fn` once, no earlier than `ms` milliseconds from now, never within this call. */
  after(ms: number, fn: () => void): Cancel
}

/** Randomness, cryptographically strong where bytes are asked for. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array
  /** A number in [0, 1), for spreading work in time. */
  fraction(): number
}

/** Structured log; fields never hold a key, a secret, a token or data of a message. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Names of everything that is counted. */
export type CounterName =
  | 'tokens_minted'
  | 'messages_accepted'
  | 'broadcasts_accepted'
  | 'posts_repeated'
  | 'messages_delivered'
  | 'messages_replayed'
  | 'connections_welcomed'
  | 'connections_refused'
  | 'connections_ended'
  | 'requests_answered'
  | 'handshakes_refused'
  | 'calls_refused'
  | 'accepts_failed'
  | 'defects'
  | 'webhook_attempts'
  | 'webhook_acknowledged'
  | 'webhook_failures'
  | 'webhook_unauthorized'
  | 'webhook_redirects'
  | 'webhook_given_up'
  | 'socket_urls_minted'
  | 'socket_texts_sent'
  | 'sockets_accepted'
  | 'sockets_refused'
  | 'sockets_ended'

/** Names of everything that is measured at the moment of asking. */
export type GaugeName =
  | 'connections_open'
  | 'channels_online'
  | 'resume_messages_held'
  | 'resume_bytes_held'
  | 'idempotency_results_kept'
  | 'webhook_pending'
  | 'webhook_in_flight'
  | 'sockets_open'
  | 'sockets_ending'
  | 'socket_webhooks_waiting'
  | 'socket_webhooks_in_flight'

/** Counters and gauges of the private listener. */
export interface Metrics {
  /** Adds one to a counter; `label` splits it (a slug, a status, an event: never an id). */
  count(name: CounterName, label?: string): void
  /** Registers the function that answers a gauge. */
  gauge(name: GaugeName, read: () => number): void
}

/** Values of the registry's timings, in seconds, as this server runs with them. */
export type Timings = { [Name in Exclude<TimingName, 'webhook_retry_seconds'>]: number } & {
  webhook_retry_seconds: readonly number[]
}

/** Values of the registry's limits, as this server runs with them. */
export type Limits = { [Name in LimitName]: number }

/** Counters of one client id within one epoch. */
export interface Counters {
  /** Scope of the others: microseconds since 1970 at its creation, larger than every epoch before. */
  epoch: number
  /** Number of the newest accepted message, 0 before the first. */
  seq: number
  /** Version of the newest presence state, 0 before the first; odd is online. */
  version: number
}

/** Counters of the broadcasts of the base. */
export interface StreamCounters {
  /** Scope of the other, of no client id. */
  epoch: number
  /** Number of the newest accepted broadcast, 0 before the first. */
  seq: number
}

/** A message or broadcast that is held for replay. */
export interface HeldMessage {
  seq: number
  data: string
}

/** Whether what was accepted is held for replay; nothing where the service holds nothing for anybody. */
export interface Storing {
  stored: boolean | undefined
}

/** A connection that is about to be welcomed. */
export interface Arrival {
  clientId: string
  connectionId: string
  atMs: number
}

/** A client id after a connection of it arrived. */
export interface Arrived extends Counters {
  /** Whether it was offline before. */
  came: boolean
}

/** What is known of one client id. */
export interface KnownClient extends Counters {
  online: boolean
  /** Nothing while it is offline and during the grace. */
  connectionId: string | undefined
  /** Since when it is online, milliseconds since 1970; nothing where `connectionId` is nothing. */
  sinceMs: number | undefined
}

/** A client id in the list of those that are online. */
export interface OnlineClient extends KnownClient {
  clientId: string
  /** Its place in the list, which grows from one coming to the next. */
  arrival: number
}

/** A place in the order of one client's presence states. */
export interface Mark {
  epoch: number
  version: number
}

/** A presence state of an earlier run that the application may not have heard of. */
export interface OwedState {
  state: PresenceState
  acknowledged: Mark
  attempted: Mark
}

/**
 * Owner of what outlives a connection: counters, presence states, generations, and what is held for replay.
 * It is asynchronous because it may live elsewhere. Every method rejects with the Refusal `unavailable` where that
 * cannot be reached or written, and then nothing has changed, or it is not known whether it has.
 */
export interface Broker {
  /** Whether this run began with what the last one knew. */
  readonly remembers: boolean
  /** The counters of a client id, begun in a new epoch where there are none. */
  open(clientId: string): Promise<Counters>
  /** What is known of a client id, without beginning anything: a fresh epoch with zeros where nothing is. */
  read(clientId: string): Promise<KnownClient>
  /** Accepts one message: counts `seq` up, holds the data and answers the counters. */
  accept(clientId: string, data: string): Promise<Counters & Storing>
  /**
   * What is held of a client id that is later than a place, in order; nothing where the place cannot be continued:
   * of another epoch, ahead of the newest, or with something later that was dropped.
   */
  replay(clientId: string, after: StreamCounters): Promise<readonly HeldMessage[] | undefined>
  /** Makes a connection the current one of its client id: counts `version` up where it was offline. */
  arrive(arrival: Arrival): Promise<Arrived>
  /** Notes that a connection ended, which begins a grace where it was the current one. */
  leave(clientId: string, connectionId: string): Promise<void>
  /**
   * Makes a client id offline whose last connection is gone, counts `version` up and answers the counters; nothing
   * where another connection arrived since, or it is offline already.
   */
  depart(going: Arrival & { reason: string }): Promise<Counters | undefined>
  /** At most so many online clients behind a place in the list, oldest coming first. */
  list(afterArrival: number, most: number): Promise<readonly OnlineClient[]>
  /** The counters of broadcasts, begun in a new epoch where there are none. */
  openBroadcasts(): Promise<StreamCounters>
  /** Accepts one broadcast: counts `seq` up, holds the data and answers the counters. */
  acceptBroadcast(data: string): Promise<StreamCounters & Storing>
  /** As `replay`, of broadcasts. */
  replayBroadcasts(after: StreamCounters): Promise<readonly HeldMessage[] | undefined>
  /** The generation of a client id: tokens of earlier ones are dead. */
  generation(clientId: string): Promise<number>
  /** Begins a generation of a client id, above every earlier one of whomever, and answers it. */
  revoke(clientId: string): Promise<number>
  /** Notes that a webhook of a version is about to be attempted; it is attempted when this has resolved. */
  noteAttempted(clientId: string, mark: Mark): Promise<void>
  /** Notes that the application has acknowledged a version. */
  noteAcknowledged(clientId: string, mark: Mark): Promise<void>
  /** Every state of earlier runs that the application did not acknowledge. */
  owed(): Promise<readonly OwedState[]>
  /** The secret of this name that all runs share: `fresh` where none was kept yet. */
  keepSecret(name: 'signing-key' | 'cursor-key', fresh: string): Promise<string>
  /** Frees what the broker holds. */
  stop(): Promise<void>
}

/** The write side of one connection. Methods never throw; after the end they do nothing. */
export interface ConnectionWriter {
  /**
   * Queues one text frame; a `Uint8Array` goes out as a binary frame.
   * @param envelope what the frame encodes; nothing for a text of a socket
   */
  write(frame: string | Uint8Array, envelope?: Envelope): void
  /** Queues a Close frame with the registry's code and slug, then lingers; nothing is written after it. */
  close(slug: CloseSlug): void
  /** Ends the TCP connection at once. */
  destroy(): void
  /** True until a Close frame was written or read or the connection was lost. */
  isOpen(): boolean
}

/** The read side of one connection. Methods never throw. */
export interface ConnectionReading {
  /** Leaves what the peer sends from now on unread, so that the peer has to wait. */
  pause(): void
  /** Reads again. */
  resume(): void
}

/** One presence state of a client id; the larger (epoch, version) is the truth. */
export interface PresenceState {
  clientId: string
  epoch: number
  version: number
  online: boolean
  connectionId: string
  /** Why the client went; present exactly when `online` is false. */
  reason?: string
  /** Instant of the change, milliseconds since 1970. */
  atMs: number
}

/** What hears of presence: the webhook queue, or nobody. */
export interface PresenceSink {
  /** Takes a new version; returns at once. */
  report(state: PresenceState): void
  /** Says that the state of earlier runs is lost; epochs from now on are at least `epochFloor`. */
  started(epochFloor: number): void
  /** Resolves when everything reported is answered or given up, or `timeoutMs` have passed. */
  flush(timeoutMs: number): Promise<void>
  /** Ends all waiting; nothing is attempted afterwards. */
  stop(): void
}

/** Everything that rules and writers call. */
export interface Ports {
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  broker: Broker
}
