/** The real time and randomness of this machine; it alone knows that the machine's clock may be set. */

import { randomBytes } from 'node:crypto'
import type { Clock, Random } from './ports.ts'
import { makeTimerWheel } from './timer-wheel.ts'

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
  const clock: Clock = {
    nowMs: () => Math.floor(startMs + machine.elapsedMs()),
    wallMs: () => machine.wallMs(),
    after: (ms, fn) => {
      // The runtime's timers may be a millisecond early by the clock that `nowMs` reads.
      const timer = setTimeout(fn, Math.ceil(ms) + 1)
      return () => clearTimeout(timer)
    },
  }
  return { ...clock, after: makeTimerWheel(clock) }
}

/** The system's clock. */
export const systemClock: Clock = makeSystemClock()

/** Bytes that one call of the system's generator gives in advance: each call costs as much as hundreds of bytes. */
const POOL_BYTES = 4096

/** Randomness of which each byte is given away once. */
export function makeSystemRandom(): Random {
  let pool = randomBytes(POOL_BYTES)
  let given = 0
  return {
    bytes: (count) => {
      if (count > POOL_BYTES / 8) return randomBytes(count)
      if (given + count > POOL_BYTES) {
        pool = randomBytes(POOL_BYTES)
        given = 0
      }
      const bytes = Uint8Array.prototype.slice.call(pool, given, given + count)
      pool.fill(0, given, given + count)
      given += count
      return bytes
    },
    fraction: () => Math.random(),
  }
}

/** The system's randomness. */
export const systemRandom: Random = makeSystemRandom()
