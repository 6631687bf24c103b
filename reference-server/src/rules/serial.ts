/** Order of work: it alone knows whose turn it is where two things happen to one client id. */
import type { Awaitable } from '../broker-port.ts'

/** Runs works of one key one after the other, and works of different keys side by side. */
export interface Serial {
  <T>(key: string, work: () => Promise<T>): Promise<T>
  /**
   * A work that may run beside others of its kind, as it keeps its place among them by itself: it begins in its turn, but
   * does not wait for them. What comes later waits for all. Where nothing is awaited, neither has the caller to.
   * @param finish what is made of what `begin` brings, as part of the work
   */
  together<B, T>(key: string, begin: () => Awaitable<B>, finish: (begun: B) => T): Awaitable<T>
}

/** What has begun, or waits to begin, under one key: a work that runs alone, or nothing, and those together behind it. */
interface Line {
  /** Settles when the work that runs alone is done. */
  alone: Promise<unknown> | undefined
  /** Works that run together, or wait for the one before them. */
  together: number
  /** Called when none of them is left. */
  onEmpty: (() => void) | undefined
}

/** A serial of its own; a key costs memory only while it has work. */
export function makeSerial(): Serial {
  const lines = new Map<string, Line>()

  function clear(key: string, line: Line): void {
    if (line.together > 0) return
    line.onEmpty?.()
    if (lines.get(key) === line) lines.delete(key)
  }

  // One promise for each work, and no more: those of thousands that wait for a store are what its garbage is made of.
  function together<B, T>(
    key: string,
    begin: () => Awaitable<B>,
    finish: (begun: B) => T,
  ): Awaitable<T> {
    const before = lines.get(key)
    const begun = before?.alone ? before.alone.then(begin, begin) : begin()
    if (!(begun instanceof Promise)) return finish(begun)
    const line = before ?? { alone: undefined, together: 0, onEmpty: undefined }
    if (!before) lines.set(key, line)
    line.together += 1
    const leave = (): void => {
      line.together -= 1
      clear(key, line)
    }
    return begun.then(
      (value) => {
        leave()
        return finish(value)
      },
      (cause: unknown) => {
        leave()
        throw cause
      },
    )
  }

  const serial = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = lines.get(key)
    const turn = before && whenDone(before)
    const result = turn ? turn.then(work, work) : work()
    const line = { alone: result, together: 0, onEmpty: undefined }
    lines.set(key, line)
    const done = (): void => clear(key, line)
    result.then(done, done)
    return result
  }
  return Object.assign(serial, { together })
}

/** Settles when a line is done. */
function whenDone(line: Line): Promise<unknown> | undefined {
  if (line.together === 0) return line.alone
  return new Promise<void>((resolve) => {
    line.onEmpty = resolve
  })
}
