/** Whether a connection is still alive: it alone compares when something was last heard with the time. */
import type { Surroundings } from './surroundings.ts'

const lateMs = 1000
const queuedMs = 2000

/** A watch over one connection. */
export interface Liveness {
  /** Something came. */
  note(): void
  stop(): void
}

/**
 * Calls `onSilence` once when nothing came for `limitMs`; after a timer that ran late, frames may still be queued.
 * @spec client.silence.late
 */
export function watchLiveness(
  { nowMs, after }: Pick<Surroundings, 'nowMs' | 'after'>,
  limitMs: number,
  onSilence: () => void,
): Liveness {
  let heardAtMs = nowMs()
  let stop = (): void => {}

  function wait(ms: number): void {
    const dueAtMs = nowMs() + ms
    stop = after(ms, () => look(dueAtMs))
  }

  function look(dueAtMs: number): void {
    const leftMs = heardAtMs + limitMs - nowMs()
    if (leftMs > 0) wait(Math.min(leftMs, limitMs))
    else if (nowMs() - dueAtMs > lateMs) wait(queuedMs)
    else onSilence()
  }

  wait(limitMs)
  return {
    note: () => {
      heardAtMs = nowMs()
    },
    stop: () => stop(),
  }
}
