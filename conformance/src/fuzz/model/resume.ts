/** The model of cursors: which place each one names, and whether it can be continued. */

import type { HoldingBounds, Stream } from './message.ts'

/** A cursor that a client gave, in the stream that it asks for. */
export interface Asked {
  readonly cursor: string
  readonly stream: Stream
  readonly places: ReadonlyMap<string, number>
}

/** What may follow: `resumed` of the welcome; undefined where either may. */
export function canContinue(
  asked: readonly Asked[],
  bounds: HoldingBounds,
  nowMs: number,
): boolean | undefined {
  if (asked.length === 0) return false
  const each = asked.map(({ cursor, stream, places }) => {
    const seq = places.get(cursor)
    return seq === undefined ? false : stream.isHeldAfter(seq, bounds, nowMs)
  })
  if (each.includes(false)) return false
  return each.includes(undefined) ? undefined : true
}
