/** Order of work: it alone knows whose turn it is where two things happen to one client id. */
import type { Awaitable } from '../broker-port.ts'

/** Runs works of one key one after the other, and works of different keys side by side. */
export interface Serial {
  <T>(key: string, work: () => Promise<T>): Promise<T>
  /**
   * A work that may run beside others of its kind, as it keeps its place among them by itself: it begins in its turn, but
   * does not wait for them. What comes later waits for all. Where nothing is awaited, neither has the caller to.
   */
  together<T>(key: string, work: () => Awaitable<T>): Awaitable<T>
}

/** What has begun, or waits to begin, under one key. */
interface Tail {
  /** Settles when the last work that runs alone is done. */
  alone: Promise<unknown> | undefined
  /** Settles when everything is done. */
  all: Promise<unknown>
}

/** A serial of its own; a key costs memory only while it has work. */
export function makeSerial(): Serial {
  const tails = new Map<string, Tail>()

  function follow(key: string, tail: Tail): void {
    tails.set(key, tail)
    const clear = (): void => {
      if (tails.get(key) === tail) tails.delete(key)
    }
    tail.all.then(clear, clear)
  }

  function together<T>(key: string, work: () => Awaitable<T>): Awaitable<T> {
    const before = tails.get(key)
    const result = before?.alone ? before.alone.then(work, work) : work()
    if (!(result instanceof Promise)) return result
    const all = before ? Promise.allSettled([before.all, result]) : result
    follow(key, { alone: before?.alone, all })
    return result
  }

  const serial = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(key)
    const result = before ? before.all.then(work, work) : work()
    follow(key, { alone: result, all: result })
    return result
  }
  return Object.assign(serial, { together })
}
