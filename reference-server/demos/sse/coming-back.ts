/** The client's duties after an end: they alone know when it comes back, and with which token. */
import { setTimeout as wait } from 'node:timers/promises'

const firstBoundMs = 2000
const lastBoundMs = 30_000
const settledMs = 30_000

/** How one stream went. */
export interface End {
  /** Code of its close event; nothing where it was lost. */
  code: number | undefined
  /** Milliseconds since its welcome; nothing where none came. */
  welcomedMs: number | undefined
  /** What a `reconnect` event asked for, in seconds. */
  afterSeconds: number
}

/**
 * Waits, after each end, as the table of close codes says; resolves with whether to fetch a fresh token first.
 * Rejects with an Error where the code means stop.
 */
export function makeComeback(): (end: End) => Promise<boolean> {
  let boundMs = firstBoundMs
  let isRefreshed = false

  return async ({ code, welcomedMs, afterSeconds }) => {
    if (welcomedMs !== undefined) isRefreshed = false
    if ((welcomedMs ?? 0) >= settledMs) boundMs = firstBoundMs
    const range = code === undefined ? 41 : Math.floor(code / 100)
    if (code === 1000 || range === 40) throw new Error(`the service said stop, with ${code}`)
    const jitterMs = Math.random() * 1000
    if (range === 42) {
      await wait(afterSeconds * 1000 + jitterMs)
      return false
    }
    if (range === 43 && !isRefreshed) {
      isRefreshed = true
      await wait(jitterMs)
      return true
    }
    await wait(1000 + Math.random() * (boundMs - 1000))
    boundMs = Math.min(boundMs * 2, lastBoundMs)
    return range === 43
  }
}
