/** Heartbeat: one sweep over all connections; it alone knows when each was last heard from and written to. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { HeartbeatEnvelope } from '@channel-protocol/schemas/types'
import type { Cancel, Clock, ConnectionWriter, Limits, Timings } from '../ports.ts'
import type { Pulse } from './connection.ts'

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
  /** Watches one connection; the answer ends the watch. */
  watch(watched: Watched): Cancel
  stop(): void
}

interface Entry extends Watched {
  bytesRead: number
  bytesSent: number
  lastReadMs: number
  pingedMs: number | undefined
  pinging: boolean
  lastProgressMs: number
}

/** A heartbeat over all connections with one timer. */
export function makeHeartbeat(parts: {
  clock: Clock
  rules: HeartbeatRules
  timings: Timings
  limits: Limits
}): Heartbeat {
  const { clock, rules, timings, limits } = parts
  const entries = new Set<Entry>()
  const shortest = Math.min(
    timings.heartbeat_seconds,
    timings.pong_timeout_seconds,
    timings.stall_timeout_seconds,
  )
  // Several sweeps fit into the shortest timer, and a late one is still within every largest delay.
  const sweepMs = Math.min(250, Math.max(20, (shortest * 1000) / 5))
  let lastSweepMs = 0
  let cancel: Cancel | undefined

  /** Sweeps only while there is something to watch. */
  function sweepLater(): void {
    cancel = entries.size > 0 ? clock.after(sweepMs, sweep) : undefined
  }

  function sweep(): void {
    const nowMs = clock.nowMs()
    // After a pause of this process, what clients sent meanwhile is still unread: their silence is not judged yet.
    const wasPaused = nowMs - lastSweepMs > sweepMs * 3
    lastSweepMs = nowMs
    for (const entry of entries) examine(entry, nowMs, wasPaused)
    sweepLater()
  }

  function examine(entry: Entry, nowMs: number, wasPaused: boolean): void {
    const vitals = measure(entry, nowMs)
    if (wasPaused) return
    const end =
      rules.decideBacklog(vitals, limits.queue_bytes, timings.stall_timeout_seconds) ??
      rules.decideSilence(vitals, timings.pong_timeout_seconds)
    if (end) {
      entries.delete(entry)
      entry.onEnd(end)
      return
    }
    if (rules.decideHeartbeat(vitals, timings.heartbeat_seconds)) {
      const envelope = rules.makeHeartbeat()
      entry.writer.write(rules.encodeEnvelope(envelope), envelope)
    }
    if (!entry.pinging && rules.decidePing(vitals, timings.heartbeat_seconds)) ping(entry)
  }

  function measure(entry: Entry, nowMs: number): VitalSigns {
    const { pulse } = entry
    const bytesRead = pulse.bytesRead()
    // Nobody can be heard while nothing is read: the clock stands still.
    if (bytesRead !== entry.bytesRead || !pulse.isReading()) {
      Object.assign(entry, { bytesRead, lastReadMs: nowMs, pingedMs: undefined, pinging: false })
    }
    const queuedBytes = pulse.queuedBytes()
    const bytesSent = pulse.bytesSent()
    if (queuedBytes === 0 || bytesSent !== entry.bytesSent) {
      Object.assign(entry, { bytesSent, lastProgressMs: nowMs })
    }
    return {
      nowMs,
      queuedBytes,
      lastReadMs: entry.lastReadMs,
      lastProgressMs: entry.lastProgressMs,
      pingedMs: entry.pingedMs,
      lastEnvelopeMs: pulse.lastEnvelopeMs(),
    }
  }

  function ping(entry: Entry): void {
    entry.pinging = true
    entry.pulse.ping(() => {
      if (entry.pinging) entry.pingedMs = clock.nowMs()
    })
  }

  return {
    watch: (watched) => {
      const nowMs = clock.nowMs()
      const entry: Entry = {
        ...watched,
        bytesRead: watched.pulse.bytesRead(),
        bytesSent: watched.pulse.bytesSent(),
        lastReadMs: nowMs,
        pingedMs: undefined,
        pinging: false,
        lastProgressMs: nowMs,
      }
      entries.add(entry)
      if (!cancel) {
        lastSweepMs = nowMs
        sweepLater()
      }
      return () => entries.delete(entry)
    },
    stop: () => {
      cancel?.()
      entries.clear()
    },
  }
}
