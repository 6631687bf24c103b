/** What follows the end of a connection: it alone knows how long to wait, and what was tried since the last welcome. */
import { decideDuty } from './duty.ts'
import type { Surroundings } from './surroundings.ts'

const shortestMs = 1000
const firstBoundMs = 2000
const lastBoundMs = 30_000
const settledMs = 30_000
const jitterMs = 1000
const abandonedMs = 60_000
const replaced = 4009

/** How a connection, or the attempt at one, ended. */
export interface Ended {
  code: number
  /** Milliseconds since its welcome; nothing where none came. */
  welcomedMs?: number | undefined
  /** What a `reconnect` envelope asked for. */
  afterMs?: number | undefined
}

/** When to come back, and whether the token has to be a new one. */
export interface Return {
  delayMs: number
  isFresh: boolean
}

/** The memory behind the duties of one channel. */
export interface Comeback {
  /** What follows an end; nothing where the client stops. */
  decide(ended: Ended): Return | undefined
  /** Notes an attempt that the client gave up before its welcome, by its beginning. */
  noteAbandoned(startedAtMs: number): void
}

/**
 * Makes the memory of a channel that has not connected yet.
 * Where `isRefreshable` is false there is only one token, and the range 43xx stops.
 * @spec connection.client.duty
 * @spec client.stop.final
 * @spec client.back-off.wait
 * @spec client.back-off.kept
 * @spec client.reconnect.prompt
 * @spec client.reconnect.spread
 * @spec client.refresh.fresh
 * @spec client.refresh.again
 * @spec client.replaced.once
 */
export function makeComeback(
  { nowMs, fraction }: Pick<Surroundings, 'nowMs' | 'fraction'>,
  isRefreshable: boolean,
): Comeback {
  let boundMs = firstBoundMs
  let isFresh = false
  let isExcused = false
  let abandonedAtMs = Number.NEGATIVE_INFINITY

  /** An attempt that was given up may have reached the service late, and replaced what came after it. */
  function excuse({ code, welcomedMs }: Ended): boolean {
    const isOwn = welcomedMs !== undefined && nowMs() - abandonedAtMs < abandonedMs
    if (code !== replaced || isExcused || !isOwn) return false
    isExcused = true
    return true
  }

  function takeBackOffMs(): number {
    const delayMs = shortestMs + fraction() * (boundMs - shortestMs)
    boundMs = Math.min(boundMs * 2, lastBoundMs)
    return delayMs
  }

  return {
    decide(ended) {
      const { code, welcomedMs, afterMs = 0 } = ended
      if (welcomedMs !== undefined) {
        isFresh = false
        if (welcomedMs >= settledMs) boundMs = firstBoundMs
      }
      const duty = excuse(ended) ? 'back-off' : decideDuty(code)
      if (duty === 'stop' || (duty === 'refresh' && !isRefreshable)) return undefined
      if (duty === 'reconnect') return { delayMs: afterMs + fraction() * jitterMs, isFresh }
      const isPrompt = duty === 'refresh' && !isFresh
      isFresh ||= isPrompt
      // What the service announced holds for every end of that connection.
      const delayMs = Math.max(afterMs, isPrompt ? fraction() * jitterMs : takeBackOffMs())
      return { delayMs, isFresh }
    },
    noteAbandoned: (startedAtMs) => {
      abandonedAtMs = startedAtMs
    },
  }
}
