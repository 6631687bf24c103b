/** Waiting for what must come, never longer than the suite's patience; the only timers of the suite. */

/** Resolves after `ms`. For the passing of an advertised timer, never for absence: that is proven by a fence. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms))
  })
}

/** The promise's value, or undefined after `ms`. */
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

/** Makes an empty growing list. */
export function makeGrowing<T>(): Growing<T> {
  const entries: T[] = []
  const watchers = new Set<() => void>()
  let isOver = false
  const notify = (): void => {
    for (const watcher of [...watchers]) watcher()
  }
  async function collect(count: number, test: (entry: T) => boolean, ms: number): Promise<T[]> {
    const matching = (): T[] => entries.filter(test).slice(0, count)
    if (matching().length >= count || isOver) return matching()
    let watcher: () => void = () => {}
    const enough = new Promise<void>((resolve) => {
      watcher = () => {
        if (isOver || matching().length >= count) resolve()
      }
      watchers.add(watcher)
    })
    await within(enough, ms)
    watchers.delete(watcher)
    return matching()
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
