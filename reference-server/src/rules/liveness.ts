/** Rules of living connections: they alone know when silence, a backlog or a drain has lasted long enough. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { HeartbeatEnvelope } from '@channel-protocol/schemas/types'

/** What is measured of one connection; instants are milliseconds since 1970. */
export interface Vitals {
  nowMs: number
  lastReadMs: number
  /** Nothing before the first envelope. */
  lastEnvelopeMs: number | undefined
  /** When the last Ping left the service's own queue; nothing before the first, or once it was heard from since. */
  pingedMs: number | undefined
  queuedBytes: number
  /** When queued bytes last moved, or the queue was last empty. */
  lastProgressMs: number
}

/** The sign of life where no other envelope was due. */
function makeHeartbeat(): HeartbeatEnvelope {
  return { type: 'heartbeat' }
}

/**
 * Whether a Ping is due.
 * @spec connection.heartbeat.ping
 * @spec connection.heartbeat.heard
 */
function decidePing(vitals: Vitals, heartbeatSeconds: number): boolean {
  return vitals.nowMs - vitals.lastReadMs >= heartbeatSeconds * 1000
}

/**
 * Whether a heartbeat envelope is due.
 * @spec connection.heartbeat.envelope
 * @spec connection.heartbeat.written
 */
function decideHeartbeat(vitals: Vitals, heartbeatSeconds: number): boolean {
  if (vitals.lastEnvelopeMs === undefined) return false
  return vitals.nowMs - vitals.lastEnvelopeMs >= heartbeatSeconds * 1000
}

/**
 * Whether a Ping stayed unanswered too long.
 * @spec connection.heartbeat.timeout
 * @spec connection.heartbeat.kept
 */
function decideSilence(vitals: Vitals, pongTimeoutSeconds: number): CloseSlug | undefined {
  if (vitals.pingedMs === undefined || vitals.lastReadMs > vitals.pingedMs) return undefined
  return vitals.nowMs - vitals.pingedMs >= pongTimeoutSeconds * 1000
    ? 'heartbeat-timeout'
    : undefined
}

/**
 * Whether a reader is too slow.
 * @spec connection.slow.ended
 */
function decideBacklog(
  vitals: Vitals,
  queueBytes: number,
  stallTimeoutSeconds: number,
): CloseSlug | undefined {
  if (vitals.queuedBytes > queueBytes) return 'slow-consumer'
  const stalled = vitals.nowMs - vitals.lastProgressMs >= stallTimeoutSeconds * 1000
  return vitals.queuedBytes > 0 && stalled ? 'slow-consumer' : undefined
}

/**
 * Milliseconds from the start of a drain at which one connection is closed.
 * @spec connection.drain.close
 */
function decideDrainDelayMs(fraction: number, drainSeconds: number): number {
  return fraction * drainSeconds * 1000
}

/**
 * Seconds for which a client stays away after a drain closed its connection.
 */
function decideComeback(fraction: number, drainSeconds: number): number {
  return Math.round(fraction * Math.min(drainSeconds, 5) * 1000) / 1000
}

export const livenessRules = {
  makeHeartbeat,
  decidePing,
  decideHeartbeat,
  decideSilence,
  decideBacklog,
  decideDrainDelayMs,
  decideComeback,
}
