/** Randomness that a seed decides; it alone knows how one number follows another. */

/** Numbers and choices that come again with the same seed. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number
  /** A whole number from 0 up to, without, `count`. */
  below(count: number): number
  /** One of them; throws where there is none. */
  pick<T>(from: readonly T[]): T
  /** Whether something happens that happens in this share of all cases. */
  chance(share: number): boolean
}

/** Randomness of a seed, a whole number of 32 bits (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed | 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(fraction() * count)
  return {
    fraction,
    below,
    pick: (from) => {
      const picked = from[below(from.length)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    chance: (share) => fraction() < share,
  }
}
