/** Order of work: it alone knows whose turn it is where two things happen to one client id. */

/** Runs works of one key one after the other, and works of different keys side by side. */
export type Serial = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** A serial of its own; a key costs memory only while it has work. */
export function makeSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const before = tails.get(key)
    const result = before ? before.then(work, work) : work()
    tails.set(key, result)
    const clear = (): void => {
      if (tails.get(key) === result) tails.delete(key)
    }
    result.then(clear, clear)
    return result
  }
}
