/** Knows when the suite itself stood still: what it then says about somebody else's timing is worth nothing. */

/** A watch over the suite's own event loop. */
export interface StallWatch {
  /** The longest time in milliseconds that the suite stood still since this instant of `performance.now()`. */
  longestSince(startMs: number): number
  stop(): void
}

const TICK_MS = 25

/** Starts to watch; costs one timer. */
export function startStallWatch(nowMs: () => number = () => performance.now()): StallWatch {
  const stalls: { readonly endMs: number; readonly lastedMs: number }[] = []
  let dueMs = nowMs() + TICK_MS
  const timer = setInterval(() => {
    const now = nowMs()
    const lastedMs = now - dueMs
    // Below a tick it is ordinary work; only what could be taken for a slow target is kept.
    if (lastedMs > TICK_MS) stalls.push({ endMs: now, lastedMs })
    dueMs = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    longestSince(startMs) {
      const running = Math.max(0, nowMs() - dueMs)
      const own = stalls.filter(({ endMs }) => endMs > startMs).map(({ lastedMs }) => lastedMs)
      return Math.max(running, ...own, 0)
    },
    stop: () => clearInterval(timer),
  }
}
