/** What every broker is built of; it alone knows what an engine is told of the service that it serves. */
import type { FirstPost } from '../broker-port.ts'
import type { Clock, Limits, Log, Metrics, Timings } from '../ports.ts'
import type { WindowRules } from './window.ts'

/** How counters begin and count, what a connection means for presence and what is dropped, decided by the rules. */
export interface BrokerRules extends WindowRules {
  decideEpoch(nowMs: number, newest: number): number
  nextSeq(seq: number): number
  nextBroadcastSeq(seq: number): number
  nextVersion(version: number, online: boolean): number
  decideSameEpoch(asked: number, current: number): boolean
  decideArrival(facts: { online: boolean; takeover: boolean }): 'came' | 'stayed'
  decideDeparture(facts: { welcomed: boolean; current: boolean }): 'went' | 'nothing'
  decideForgottenAtMs(post: Pick<FirstPost, 'answeredAtMs'>, windowSeconds: number): number
}

/** What a broker works with; rules, timings and limits are read at each use. */
export interface BrokerParts {
  clock: Clock
  metrics: Metrics
  log: Log
  rules: BrokerRules
  timings: Pick<Timings, 'resume_window_seconds' | 'idempotency_window_seconds'>
  limits: Pick<Limits, 'resume_messages' | 'resume_bytes' | 'resume_total_bytes'>
  /** Every epoch of this run is at least this, in microseconds since 1970. */
  epochFloor: number
  /** What no two nodes that run are called, and a node is called again that is started again. */
  nodeName?: string | undefined
  /** Whether what was accepted is held for replay. */
  holds: boolean
  /** Whether tokens may be revoked. */
  revokes: boolean
  /** Says that many messages follow in this turn of the event loop, so that they go out together. */
  gather(): void
}

/** How long the counters of a client id that is offline are remembered after their last use, in milliseconds. */
// Longer than everything that may still be pending for a client id: webhooks are given up after an hour.
export const FORGET_AFTER_MS = 2 * 3_600_000

/** Milliseconds from one round of forgetting to the next. */
export const SWEEP_MS = 60_000

/** Rows of a table that one step forgets at most, so that nobody waits long for it. */
export const ROWS_AT_ONCE = 200

/** Milliseconds to the next step where one has left something to forget. */
export const SWEEP_ON_MS = 20

/** How long a revocation is remembered, in milliseconds: the longest life of a token, so that what was minted before has expired. */
export const REMEMBERED_MS = 86_400_000

/** Revocations that are remembered at most. */
export const MOST_REVOCATIONS = 100_000
