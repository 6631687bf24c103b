/** How the programmable service numbers: its epoch, and the cursors that it writes. */

/** The epoch of every channel, unless a check says otherwise. */
export const EPOCH = 1_790_855_400_000_000

/** The cursor behind a message. */
export function cursorOf(seq: number, epoch = EPOCH): string {
  return `m-${epoch}-${seq}`
}

/** The cursor behind a broadcast. */
export function broadcastCursorOf(seq: number, epoch = EPOCH): string {
  return `b-${epoch}-${seq}`
}
