/** Heartbeat: one sweep over all connections; it alone knows when each was last heard from and written to. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { HeartbeatEnvelope } from '@channel-protocol/schemas/types'
import type { Cancel, Clock, ConnectionWriter, Limits, Timings } from '../ports.ts'
import type { Pulse } from './connection.ts'

/** Connections that are judged before what has arrived meanwhile has its turn: a twentieth of a millisecond. */
const AT_ONCE = 64

/** What is measured of one connection at one moment. */
export interface VitalSigns {
  nowMs: number
  lastReadMs: number
  lastEnvelopeMs: number | undefined
  pingedMs: number | undefined
  queuedBytes: number
  lastProgressMs: number
}

/** The decisions that a sweep asks for. */
export interface HeartbeatRules {
  decidePing(vitals: VitalSigns, heartbeatSeconds: number): boolean
  decideHeartbeat(vitals: VitalSigns, heartbeatSeconds: number): boolean
  decideSilence(vitals: VitalSigns, pongTimeoutSeconds: number): CloseSlug | undefined
  decideBacklog(
    vitals: VitalSigns,
    queueBytes: number,
    stallTimeoutSeconds: number,
  ): CloseSlug | undefined
  makeHeartbeat(): HeartbeatEnvelope
  encodeEnvelope(envelope: HeartbeatEnvelope): string | Uint8Array
}

/** One connection under watch. */
export interface Watched {
  pulse: Pulse
  writer: ConnectionWriter
  /** Called when the connection has to end. */
  onEnd(slug: CloseSlug): void
}

/** Watches connections until it is stopped. */
export interface Heartbeat {
  /** Watches one connection until it is forgotten, or was ended. */
  watch(watched: Watched): void
  forget(watched: Watched): void
  stop(): void
}

/** What is remembered of one connection; a class, so that all have the same shape in memory. */
class Entry {
  readonly watched: Watched
  bytesRead: number
  bytesSent: number
  lastReadMs: number
  lastProgressMs: number
  pingedMs: number | undefined = undefined
  pinging = false

  constructor(watched: Watched, nowMs: number) {
    this.watched = watched
    this.bytesRead = watched.pulse.bytesRead()
    this.bytesSent = watched.pulse.bytesSent()
    this.lastReadMs = nowMs
    this.lastProgressMs = nowMs
  }

  /** Writes what is so now into `vitals`. */
  measure(vitals: VitalSigns): void {
    const { pulse } = this.watched
    const { nowMs } = vitals
    const bytesRead = pulse.bytesRead()
    // Nobody can be heard while nothing is read: the clock stands still.
    if (bytesRead !== this.bytesRead || !pulse.isReading()) {
      this.bytesRead = bytesRead
      this.lastReadMs = nowMs
      this.pingedMs = undefined
      this.pinging = false
    }
    const queuedBytes = pulse.queuedBytes()
    if (queuedBytes === 0) this.lastProgressMs = nowMs
    else {
      const bytesSent = pulse.bytesSent()
      if (bytesSent !== this.bytesSent) this.lastProgressMs = nowMs
      this.bytesSent = bytesSent
    }
    vitals.queuedBytes = queuedBytes
    vitals.lastReadMs = this.lastReadMs
    vitals.lastProgressMs = this.lastProgressMs
    vitals.pingedMs = this.pingedMs
    vitals.lastEnvelopeMs = pulse.lastEnvelopeMs()
  }
}

/** A heartbeat over all connections with one timer. */
export function makeHeartbeat(parts: {
  clock: Clock
  rules: HeartbeatRules
  timings: Timings
  limits: Limits
}): Heartbeat {
  const { clock, rules, timings, limits } = parts
  const entries = new Map<Watched, Entry>()
  const shortest = Math.min(
    timings.heartbeat_seconds,
    timings.pong_timeout_seconds,
    timings.stall_timeout_seconds,
  )
  // Several sweeps fit into the shortest timer, and a late one is still within every largest delay.
  const sweepMs = Math.min(250, Math.max(20, (shortest * 1000) / 5))
  // A time that stands still moves on only when all that is due was done.
  const atOnce = clock.standsStill ? Number.POSITIVE_INFINITY : AT_ONCE
  let lastSweepMs = 0
  let cancel: Cancel | undefined
  let going: NodeJS.Immediate | undefined
  // One record for all that are measured: a sweep over ten thousand leaves no garbage behind.
  const vitals: VitalSigns = {
    nowMs: 0,
    lastReadMs: 0,
    lastEnvelopeMs: undefined,
    pingedMs: undefined,
    queuedBytes: 0,
    lastProgressMs: 0,
  }

  /** Sweeps only while there is something to watch. */
  function sweepLater(): void {
    cancel = entries.size > 0 ? clock.after(sweepMs, sweep) : undefined
  }

  function sweep(): void {
    const nowMs = clock.nowMs()
    // After a pause of this process, what clients sent meanwhile is still unread: their silence is not judged yet.
    const wasPaused = nowMs - lastSweepMs > sweepMs * 3
    lastSweepMs = nowMs
    vitals.nowMs = nowMs
    goOn(entries.values(), wasPaused)
  }

  /** Goes through all that are left, as of the moment at which the sweep began. */
  function goOn(left: MapIterator<Entry>, wasPaused: boolean): void {
    for (let judged = 0; judged < atOnce; judged += 1) {
      const { done, value: entry } = left.next()
      if (done) {
        sweepLater()
        return
      }
      entry.measure(vitals)
      if (!wasPaused) judge(entry)
    }
    going = setImmediate(goOn, left, wasPaused)
  }

  function judge(entry: Entry): void {
    const { watched } = entry
    const end =
      rules.decideBacklog(vitals, limits.queue_bytes, timings.stall_timeout_seconds) ??
      rules.decideSilence(vitals, timings.pong_timeout_seconds)
    if (end) {
      entries.delete(watched)
      watched.onEnd(end)
      return
    }
    if (rules.decideHeartbeat(vitals, timings.heartbeat_seconds)) {
      const envelope = rules.makeHeartbeat()
      watched.writer.write(rules.encodeEnvelope(envelope), envelope)
    }
    if (!entry.pinging && rules.decidePing(vitals, timings.heartbeat_seconds)) ping(entry)
  }

  function ping(entry: Entry): void {
    entry.pinging = true
    entry.watched.pulse.ping(() => {
      if (entry.pinging) entry.pingedMs = clock.nowMs()
    })
  }

  return {
    watch: (watched) => {
      const nowMs = clock.nowMs()
      const entry = new Entry(watched, nowMs)
      entries.set(watched, entry)
      if (!cancel) {
        lastSweepMs = nowMs
        sweepLater()
      }
    },
    forget: (watched) => {
      entries.delete(watched)
    },
    stop: () => {
      cancel?.()
      clearImmediate(going)
      entries.clear()
    },
  }
}
