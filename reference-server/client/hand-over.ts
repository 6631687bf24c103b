/** A connection that replaces another: it alone holds what the newer brings until the older has nothing more to say. */
import type { Connection } from './connection.ts'
import type { Surroundings } from './surroundings.ts'

const longestMs = 2000

/** A hand-over that is under way. */
export interface HandOver {
  readonly former: Connection
  /** Keeps something of the newer connection for later. */
  hold(give: () => void): void
  /** Ends the older connection, and answers with what was held, in its order. */
  finish(): (() => void)[]
}

/**
 * Begins to hold; `onLate` is called where the older connection takes longer than 2 s.
 * @spec client.renewal.order
 */
export function beginHandOver(
  former: Connection,
  { after }: Pick<Surroundings, 'after'>,
  onLate: () => void,
): HandOver {
  const held: (() => void)[] = []
  const stopWaiting = after(longestMs, onLate)
  return {
    former,
    hold: (give) => held.push(give),
    finish: () => {
      stopWaiting()
      former.abandon()
      return held
    },
  }
}
