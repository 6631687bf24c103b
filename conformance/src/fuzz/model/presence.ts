/** The model of presence: which versions a client id has gone through, why, and between which instants. */

import type { Span } from './token.ts'

/** One version of a client id. */
export interface Change extends Span {
  readonly version: number
  readonly event: 'connected' | 'disconnected'
  readonly connectionId: string
  /** Of `disconnected`. */
  readonly reason?: string
  readonly hasGrace?: boolean
  /** The requirement that has it reported. */
  readonly requirement: string
}

interface Grace extends Span {
  readonly reason: string
  readonly connectionId: string
}

/** The requirement that has an ending of this reason reported. */
const REPORTED: Readonly<Record<string, string>> = {
  closed: 'presence.closed.reported',
  lost: 'presence.lost.reported',
  'token-expired': 'presence.expiry.reported',
  'protocol-error': 'presence.violation.reported',
  'heartbeat-timeout': 'presence.unresponsive.reported',
  'disconnected-by-application': 'control.presence.reported',
}

/** Presence of one client id. */
export class PresenceModel {
  readonly changes: Change[] = []
  /** A loss after which nobody came back yet; the span is that of the loss. */
  grace: Grace | undefined
  /** What was first to forbid a change since the version was last seen to be right. */
  silence: string | undefined

  get isOnline(): boolean {
    return this.version % 2 === 1
  }

  get version(): number {
    return this.changes.length
  }

  /** A connection was welcomed. */
  come(connectionId: string, span: Span): void {
    if (this.isOnline) {
      this.silence ??= this.grace ? 'presence.grace.returned' : 'presence.takeover.silent'
      this.grace = undefined
      return
    }
    this.changes.push({
      ...span,
      version: this.version + 1,
      event: 'connected',
      connectionId,
      requirement: 'presence.connected.reported',
    })
  }

  /** The current connection ended. */
  go(reason: string, hasGrace: boolean, connectionId: string, span: Span): void {
    if (hasGrace) this.grace = { ...span, reason, connectionId }
    else this.#leave(reason, connectionId, span, false)
  }

  /** The grace has passed, this long after the loss, or later by up to the delay. */
  pass(graceMs: number, delayMs: number, seenN: number): void {
    if (!this.grace) return
    const { reason, connectionId, earliestMs, latestMs } = this.grace
    this.grace = undefined
    const span = {
      earliestMs: earliestMs + graceMs,
      latestMs: latestMs + graceMs + delayMs,
      seenN,
    }
    this.#leave(reason, connectionId, span, true)
  }

  /** A disconnect names the client id while nobody is connected. */
  endGrace(span: Span): void {
    if (!this.grace) return
    const { reason, connectionId } = this.grace
    this.grace = undefined
    this.#leave(reason, connectionId, span, false, 'control.grace.ended')
  }

  #leave(
    reason: string,
    connectionId: string,
    span: Span,
    hasGrace: boolean,
    requirement = REPORTED[reason] ?? 'presence.lost.reported',
  ): void {
    const version = this.version + 1
    this.changes.push({
      ...span,
      version,
      event: 'disconnected',
      connectionId,
      reason,
      hasGrace,
      requirement,
    })
  }
}
