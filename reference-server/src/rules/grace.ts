/** Graces: they alone know who has left and may come back, and how long a going waits to be told. */
import type { Counters, OnlineClient } from '../broker-port.ts'
import type { Ports, Timings } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { Channel } from './channel.ts'
import type { Departure } from './connection.ts'
import type { Rules } from './rule-book.ts'
import type { Serial } from './serial.ts'

/** Wait before presence is told again to a broker that did not take it. */
const RETRY_MS = 1000

const RECOVERED_AT_ONCE = 1000

/** What graces are built of. */
export interface GraceParts {
  rules: Rules
  ports: Ports
  timings: Timings
  serial: Serial
  channels: Map<string, Channel>
  /** Tells of a change of presence. */
  note(
    clientId: string,
    counters: Counters,
    change: { online: boolean; connectionId: string; reason?: string; atMs: number },
  ): void
  reportFailure(cause: unknown, connectionId: string): void
}

/** What is done with those who left. */
export interface Graces {
  /** Takes the end of a current connection. */
  depart(channel: Channel, connectionId: string, departure: Departure): void
  /** Reports a departure when its grace is over. */
  holdBack(channel: Channel, connectionId: string, departure: Departure): void
  /** Does what presence owes, when it is the client id's turn, and again until the broker has taken it. */
  inTurn(channel: Channel, connectionId: string, work: () => Promise<void>): void
  /**
   * Finds every client id that was online when the last run ended, and answers what begins their graces, before
   * anybody is let in. Rejects only where the broker fails.
   */
  recover(openChannel: (clientId: string) => Channel): Promise<() => void>
  /** Ends every wait. */
  cancelAll(): void
  /** As `cancelAll`; nothing is tried again afterwards. */
  stop(): void
}

/** Nobody's graces. */
export function makeGraces(parts: GraceParts): Graces {
  const { rules, timings, serial, channels, note } = parts
  const { clock, broker } = parts.ports
  let stopped = false

  function depart(channel: Channel, connectionId: string, departure: Departure): void {
    const { clientId } = channel
    const { reason } = departure
    inTurn(channel, connectionId, () => broker.leave(clientId, connectionId, reason))
    holdBack(channel, connectionId, departure)
  }

  function holdBack(channel: Channel, connectionId: string, departure: Departure): void {
    channel.cancelGrace()
    const leave = (told: Departure): void =>
      inTurn(channel, connectionId, () => report(channel, connectionId, told))
    const graceMs = rules.decideGraceMs(departure.grace, timings.presence_grace_seconds)
    if (graceMs === 0) {
      leave(departure)
      return
    }
    const cancel = clock.after(graceMs, () => leave(departure))
    channel.cancelGrace = () => {
      cancel()
      channel.endGrace = () => {}
    }
    channel.endGrace = () => {
      const told = rules.decideGraceEnd(departure)
      if (!told) return
      cancel()
      leave(told)
    }
  }

  function inTurn(
    channel: Channel,
    connectionId: string,
    work: () => Promise<void>,
    isRepeated = false,
  ): void {
    serial(channel.clientId, work).catch((cause: unknown) => {
      const isAway = cause instanceof Refusal
      // The next run does what this one no longer can.
      if (stopped && isAway) return
      // How long the broker is away it says itself, and not each client every second.
      if (!isRepeated || !isAway) parts.reportFailure(cause, connectionId)
      if (!isAway) return
      channel.cancelRetry = clock.after(RETRY_MS, () => inTurn(channel, connectionId, work, true))
    })
  }

  async function report(
    channel: Channel,
    connectionId: string,
    departure: Departure,
  ): Promise<void> {
    const { clientId, current } = channel
    if (channels.get(clientId) !== channel) return
    // Asked again: a newer connection may have been welcomed while this departure waited for its turn.
    const isLast = current === undefined
    if (rules.decideDeparture({ welcomed: true, current: isLast }) === 'nothing') return
    const { reason } = departure
    const atMs = clock.wallMs()
    const counters = await broker.depart({ clientId, connectionId, reason, atMs })
    if (isLast) channels.delete(clientId)
    if (counters) note(clientId, counters, { online: false, connectionId, reason, atMs })
  }

  async function recover(openChannel: (clientId: string) => Channel): Promise<() => void> {
    const left: (() => void)[] = []
    for (let place = 0, isLast = false; !isLast; ) {
      const page = await broker.list(place, RECOVERED_AT_ONCE)
      isLast = page.length < RECOVERED_AT_ONCE
      for (const { clientId, connectionId, arrival, leftBy, leftFor } of page) {
        place = arrival
        const departure = rules.decideNodeEnd(leftFor)
        left.push(() => holdBack(openChannel(clientId), connectionId ?? leftBy ?? '', departure))
      }
      await Promise.all(page.map(noteEnded))
    }
    return () => {
      for (const begin of left) begin()
    }
  }

  /** Notes why a connection of the last run ended, which that could not. */
  async function noteEnded({ clientId, connectionId, leftFor }: OnlineClient): Promise<void> {
    if (connectionId)
      await broker.leave(clientId, connectionId, rules.decideNodeEnd(leftFor).reason)
  }

  function cancelAll(): void {
    for (const channel of channels.values()) {
      channel.cancelGrace()
      channel.cancelRetry()
    }
  }

  return {
    depart,
    holdBack,
    inTurn,
    recover,
    cancelAll,
    stop: () => {
      stopped = true
      cancelAll()
    },
  }
}
