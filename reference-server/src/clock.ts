/** The real time and randomness of this machine; it alone knows that the machine's clock may be set. */
import { randomBytes } from 'node:crypto'
import type { Clock, Random } from './ports.ts'

/** What a machine tells of time. */
export interface Machine {
  /** Milliseconds since 1970; it is set, forth and back. */
  wallMs(): number
  /** Milliseconds since some instant; nobody sets it. */
  elapsedMs(): number
}

const thisMachine: Machine = {
  wallMs: () => Date.now(),
  elapsedMs: () => performance.now(),
}

/** A clock that begins at the machine's time and runs on evenly from there, however the machine's clock is set. */
export function makeSystemClock(machine = thisMachine): Clock {
  const startMs = machine.wallMs() - machine.elapsedMs()
  return {
    nowMs: () => Math.floor(startMs + machine.elapsedMs()),
    wallMs: () => machine.wallMs(),
    after: (ms, fn) => {
      // The runtime's timers may be a millisecond early by the clock that `nowMs` reads.
      const timer = setTimeout(fn, Math.ceil(ms) + 1)
      return () => clearTimeout(timer)
    },
  }
}

/** The system's clock. */
export const systemClock: Clock = makeSystemClock()

/** The system's randomness. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
}
