/** Time that can be moved ahead; it alone knows how waiting functions follow. */

/** Time of the chat. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Calls `fn` once, no earlier than `ms` milliseconds from now; the answer ends the wait. */
  after(ms: number, fn: () => void): () => void
}

/** The system's time, plus what it was moved ahead by. */
export interface MovableClock extends Clock {
  /** Moves the time ahead by `ms` and calls, in their order, the functions that are due then. */
  advance(ms: number): void
}

interface Timer {
  dueMs: number
  fn: () => void
  handle: NodeJS.Timeout | undefined
}

/** Makes a clock that shows the system's time. */
export function makeMovableClock(): MovableClock {
  const timers = new Set<Timer>()
  let offsetMs = 0
  const nowMs = (): number => Date.now() + offsetMs

  function arm(timer: Timer): void {
    clearTimeout(timer.handle)
    timer.handle = setTimeout(() => run(timer), Math.max(0, timer.dueMs - nowMs()))
    timer.handle.unref()
  }

  function run(timer: Timer): void {
    clearTimeout(timer.handle)
    if (timers.delete(timer)) timer.fn()
  }

  return {
    nowMs,
    after(ms, fn) {
      const timer: Timer = { dueMs: nowMs() + ms, fn, handle: undefined }
      timers.add(timer)
      arm(timer)
      return () => {
        clearTimeout(timer.handle)
        timers.delete(timer)
      }
    },
    advance(ms) {
      offsetMs += ms
      const due = [...timers].filter(({ dueMs }) => dueMs <= nowMs())
      for (const timer of due.sort((a, b) => a.dueMs - b.dueMs)) run(timer)
      for (const timer of timers) arm(timer)
    },
  }
}
