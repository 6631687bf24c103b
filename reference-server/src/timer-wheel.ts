/** A timer wheel: it alone knows how many long waits share one timer of the runtime. */
import type { Cancel, Clock } from './ports.ts'

/** How late a wait may end beside the runtime's own lateness, in milliseconds. */
const TICK_MS = 50

/** Waits below this are left to the runtime: sharing saves nothing where few wait. */
const LONG_MS = 1000

/** A wait, in the ring of those that end in the same tick. */
class Wait {
  readonly fn: () => void
  readonly tick: number
  before: Wait
  behind: Wait

  constructor(fn: () => void, tick: number) {
    this.fn = fn
    this.tick = tick
    this.before = this
    this.behind = this
  }
}

/**
 * Ends long waits in common: `after` as the clock's own, for waits of a second and more up to `TICK_MS` later. A timer
 * of the runtime for the expiry of each connection, every one with a length of its own, cost half a kilobyte for each.
 */
export function makeTimerWheel(clock: Pick<Clock, 'nowMs' | 'after'>): Clock['after'] {
  /** The first wait of each tick; there are as many ticks as are waited for. */
  const first = new Map<number, Wait>()
  let nextTick = 0
  let isTurning = false

  const tickOf = (ms: number): number => Math.ceil(ms / TICK_MS)

  function turn(): void {
    const now = Math.floor(clock.nowMs() / TICK_MS)
    isTurning = false
    for (; nextTick <= now; nextTick += 1) {
      for (let wait = first.get(nextTick); wait; wait = first.get(nextTick)) {
        remove(wait)
        wait.fn()
      }
    }
    turnLater()
  }

  function turnLater(): void {
    if (isTurning || first.size === 0) return
    isTurning = true
    clock.after(TICK_MS, turn)
  }

  function add(wait: Wait): void {
    const head = first.get(wait.tick)
    if (!head) {
      first.set(wait.tick, wait)
      return
    }
    wait.before = head.before
    wait.behind = head
    head.before.behind = wait
    head.before = wait
  }

  /** Does nothing where it was removed before. */
  function remove(wait: Wait): void {
    const isAlone = wait.behind === wait
    if (first.get(wait.tick) === wait) {
      if (isAlone) first.delete(wait.tick)
      else first.set(wait.tick, wait.behind)
    }
    wait.before.behind = wait.behind
    wait.behind.before = wait.before
    wait.before = wait
    wait.behind = wait
  }

  return (ms, fn): Cancel => {
    if (ms < LONG_MS) return clock.after(ms, fn)
    if (first.size === 0) nextTick = tickOf(clock.nowMs())
    const wait = new Wait(fn, tickOf(clock.nowMs() + ms))
    add(wait)
    turnLater()
    return () => remove(wait)
  }
}
