/** Waits until nothing is owed to the application any more; it alone knows how a wait that is too long ends. */
import type { Clock } from '../ports.ts'

/** One wait. */
export interface Flush {
  readonly deadlineMs: number
  /** Whether the target was tried since the flush began, and was still unwell. */
  isHopeless: boolean
  /** Ends the wait. */
  resolve(): void
}

/** Adds a wait to `flushes`, which is there until it is resolved or `timeoutMs` have passed; settles with it. */
export function beginFlush(flushes: Set<Flush>, clock: Clock, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(timeoutMs, () => flush.resolve())
  const flush: Flush = {
    deadlineMs: clock.nowMs() + timeoutMs,
    isHopeless: false,
    resolve() {
      cancel()
      flushes.delete(flush)
      resolve()
    },
  }
  flushes.add(flush)
  return promise
}
