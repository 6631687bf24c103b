/** Runs what disturbs others: it alone knows which of them may go on side by side. */

import type { Part } from './check.ts'

/** What takes parts of a target for itself, or all of it. */
interface Apart {
  readonly alone?: true | readonly Part[]
}

/** What still goes on when those come that take parts. */
interface StillGoing {
  /** The parts that nobody may have before it is over. */
  readonly parts: readonly Part[]
  readonly over: Promise<void>
}

const NOTHING_GOING: StillGoing = { parts: [], over: Promise.resolve() }

/**
 * Makes each of them, `make` being called for those side by side that have no part in common, at most `most` at once, and
 * for those that take all one after the other at the end, when what still goes on is over too. Those that take most parts
 * come first, in their order: what is left full behind one part disturbs nobody then. Resolves when all were made; rejects
 * where `make` or what still goes on does.
 */
export async function makeApart<T>(
  items: readonly T[],
  most: number,
  apartOf: (item: T) => Apart,
  make: (item: T) => Promise<void>,
  still: StillGoing = NOTHING_GOING,
): Promise<void> {
  const partsOf = (item: T): readonly Part[] => {
    const { alone } = apartOf(item)
    return typeof alone === 'object' ? alone : []
  }
  const takesAll = (item: T): boolean => partsOf(item).length === 0
  const waiting = items
    .filter((item) => !takesAll(item))
    .sort((a, b) => partsOf(b).length - partsOf(a).length)
  const taken = new Set<Part>(still.parts)
  let running = 0

  /** The next whose parts are free and wanted by nobody before it. */
  function takeNext(): T | undefined {
    const wanted = new Set(taken)
    const at = waiting.findIndex((item) => {
      const isFree = partsOf(item).every((part) => !wanted.has(part))
      for (const part of partsOf(item)) wanted.add(part)
      return isFree
    })
    return at < 0 || running >= most ? undefined : waiting.splice(at, 1)[0]
  }

  async function goOn(): Promise<void> {
    const started: Promise<void>[] = []
    for (let item = takeNext(); item !== undefined; item = takeNext()) {
      started.push(makeOne(item))
    }
    await Promise.all(started)
  }

  async function makeOne(item: T): Promise<void> {
    const parts = partsOf(item)
    for (const part of parts) taken.add(part)
    running += 1
    await make(item)
    running -= 1
    for (const part of parts) taken.delete(part)
    await goOn()
  }

  async function giveBack(): Promise<void> {
    await still.over
    for (const part of still.parts) taken.delete(part)
    await goOn()
  }

  await Promise.all([goOn(), giveBack()])
  for (const item of items.filter(takesAll)) await make(item)
}
