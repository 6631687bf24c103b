/** Ports of the reference server: it alone knows what rules may call and what the outside must offer for that. */
import type { CloseSlug, LimitName, TimingName } from '@channel-protocol/schemas/registry'
import type { Envelope } from '@channel-protocol/schemas/types'
import type { Broker, PresenceState } from './broker-port.ts'

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
