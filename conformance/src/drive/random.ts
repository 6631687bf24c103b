/** Chance that a seed decides: the same seed and the same questions in the same order have the same answers. */

/** A source of chance. */
export interface Random {
  /** A whole number from 0 to less than `limit`. */
  below(limit: number): number
  pick<T>(from: readonly [T, ...T[]]): T
  /** A copy in another order. */
  shuffle<T>(items: readonly T[]): T[]
}

/** The chance of a text. */
export function makeRandom(seed: string): Random {
  // FNV-1a, then mulberry32: small, and good enough for noise.
  let state = 0x811c9dc5
  for (let i = 0; i < seed.length; i += 1)
    state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193) >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
  return {
    below,
    pick: (from) => from[below(from.length)] ?? from[0],
    shuffle(items) {
      const shuffled = [...items]
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = below(i + 1)
        ;[shuffled[i], shuffled[j]] = [shuffled[j] as never, shuffled[i] as never]
      }
      return shuffled
    },
  }
}
