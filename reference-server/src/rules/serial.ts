/** Order of work: it alone knows whose turn it is where two things happen to one client id. */
import type { Awaitable } from '../broker-port.ts'

/** Runs works of one key one after the other, and works of different keys side by side. */
export interface Serial {
  <T>(key: string, work: () => Promise<T>): Promise<T>
  /** The same, of a work that may have nothing to wait for: where nobody is before it, neither has the caller. */
  atOnce<T>(key: string, work: () => Awaitable<T>): Awaitable<T>
}

/** A serial of its own; a key costs memory only while it has work. */
export function makeSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>()

  function follow<T>(key: string, result: Promise<T>): Promise<T> {
    tails.set(key, result)
    const clear = (): void => {
      if (tails.get(key) === result) tails.delete(key)
    }
    result.then(clear, clear)
    return result
  }

  function atOnce<T>(key: string, work: () => Awaitable<T>): Awaitable<T> {
    const before = tails.get(key)
    const result = before ? before.then(work, work) : work()
    return result instanceof Promise ? follow(key, result) : result
  }

  const serial = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(key)
    return follow(key, before ? before.then(work, work) : work())
  }
  return Object.assign(serial, { atOnce })
}
