/** The pauses of a page whose tokens are refused one after the other: it alone counts them, over all its channels. */

const firstMs = 1000
const longestMs = 30_000

/** The count of one page. */
export interface Patience {
  /** How long the next 401 is kept back, in milliseconds. */
  takeDelayMs(): number
  /** A channel opened. */
  reset(): void
}

/**
 * Makes the count of a page: the first 401 comes at once, the next ones after 1, 2, 4 s and so on up to 30 s.
 * @spec gae.token.refused
 */
export function makePatience(): Patience {
  let nextMs = 0
  return {
    takeDelayMs: () => {
      const delayMs = nextMs
      nextMs = Math.min(delayMs * 2 || firstMs, longestMs)
      return delayMs
    },
    reset: () => {
      nextMs = 0
    },
  }
}
