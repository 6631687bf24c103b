/** Time for tests: stands still until it is advanced. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../src/ports.ts'

/** A clock that a test moves. */
export interface FakeClock extends Clock {
  /** Moves time by `ms`, runs what is due in order, and lets promises settle before and after each. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock `ms` ahead of where it was, or back; nothing becomes due by that. */
  setWall(ms: number): void
  /** How many functions wait. */
  waiting(): number
}

/** Makes a clock that stands at `nowMs`. */
export function makeFakeClock(nowMs = 1_800_000_000_000): FakeClock {
  let now = nowMs
  let aheadMs = 0
  let timers: { atMs: number; fn: () => void }[] = []
  return {
    nowMs: () => now,
    wallMs: () => now + aheadMs,
    after(ms, fn) {
      const timer = { atMs: now + ms, fn }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    async advance(ms) {
      const untilMs = now + ms
      for (;;) {
        await setImmediate()
        const [next] = timers.filter((t) => t.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        timers = timers.filter((other) => other !== next)
        now = Math.max(now, next.atMs)
        next.fn()
      }
      now = untilMs
    },
    setWall(ms) {
      aheadMs += ms
    },
    waiting: () => timers.length,
  }
}
