/** The real time and randomness of this machine. */
import { randomBytes } from 'node:crypto'
import type { Clock, Random } from './ports.ts'

/** The system's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, fn) => {
    // The runtime's timers may be a millisecond early by the clock that `nowMs` reads.
    const timer = setTimeout(fn, Math.ceil(ms) + 1)
    return () => clearTimeout(timer)
  },
}

/** The system's randomness. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
}
