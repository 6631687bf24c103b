/** Waiting for what must come, never longer than the suite's patience; the only timers of the suite. */

import type { ServiceClock } from './site.ts'

/** How long what must come is waited for, in milliseconds. */
export const PATIENCE_MS = 5000

/** The time that a drive lives by: the real one, or that of a service whose clock is stepped. */
export interface DriveClock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Resolves after `ms`. For the passing of an advertised timer, never for absence: that is proven by a fence. */
  pass(ms: number): Promise<void>
  /** The promise's value, or undefined after `ms`. */
  within<T>(promise: Promise<T>, ms: number): Promise<T | undefined>
  /** The work's value. What the suite asked of the service is not answered yet: time does not move before it must. */
  during<T>(work: Promise<T>): Promise<T>
  /** Says that something happened that the service or the suite may act on. */
  stir(): void
  /** Counts what is carried by a connection among what happens. */
  carries(socket: Carrying): void
  /** Corrects the instant of what happens while the time is being moved, once it is known; absent in real time. */
  readonly correct?: (event: { atMs: number }) => void
  /** Moves another service along, from this instant on, until the function returned is called; absent in real time. */
  readonly join?: (service: ServiceClock) => () => void
}

/** What a connection tells of its bytes; `net.Socket` is one. */
export interface Carrying {
  readonly bytesRead: number
  readonly writableLength: number
  readonly destroyed: boolean
}

/** The time of this machine. */
export const REAL_CLOCK: DriveClock = {
  nowMs: () => Date.now(),
  pass,
  within,
  during: (work) => work,
  stir: () => {},
  carries: () => {},
}

/** {@link DriveClock.pass} in the time of this machine. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms))
  })
}

/** {@link DriveClock.within} in the time of this machine. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A list that grows, on which one can wait for an entry that satisfies a test. */
export interface Growing<T> {
  readonly entries: readonly T[]
  add(entry: T): void
  /** No more will come: waits that are not satisfied resolve to undefined. */
  end(): void
  /** The first entry, present or future, that satisfies the test; undefined after `ms` or at the end. */
  find(test: (entry: T) => boolean, ms: number): Promise<T | undefined>
  /** The first `count` entries that satisfy the test, or fewer after `ms` or at the end. */
  collect(count: number, test: (entry: T) => boolean, ms: number): Promise<T[]>
}

/** Makes an empty growing list, waited on by a clock. */
export function makeGrowing<T>(clock: DriveClock = REAL_CLOCK): Growing<T> {
  const entries: T[] = []
  const watchers = new Set<() => void>()
  let isOver = false
  const notify = (): void => {
    clock.stir()
    for (const watcher of [...watchers]) watcher()
  }
  async function collect(count: number, test: (entry: T) => boolean, ms: number): Promise<T[]> {
    const found: T[] = []
    let asked = 0
    // Each entry is asked about once: a test may read a whole text.
    const isEnough = (): boolean => {
      for (; asked < entries.length && found.length < count; asked += 1) {
        const entry = entries[asked] as T
        if (test(entry)) found.push(entry)
      }
      return isOver || found.length >= count
    }
    if (isEnough()) return found
    let watcher: () => void = () => {}
    const enough = new Promise<void>((resolve) => {
      watcher = () => {
        if (isEnough()) resolve()
      }
      watchers.add(watcher)
    })
    await clock.within(enough, ms)
    watchers.delete(watcher)
    return found
  }
  return {
    entries,
    add(entry) {
      entries.push(entry)
      notify()
    },
    end() {
      isOver = true
      notify()
    },
    collect,
    find: async (test, ms) => (await collect(1, test, ms))[0],
  }
}
