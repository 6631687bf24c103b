/** What the client needs of the page or program around it; it alone touches globals. */

/** A WebSocket as browsers and Node have it, as far as the client uses it. */
export interface WebSocketPort {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  close(code?: number): void
}

/** Time, randomness, network and page of a client; tests give their own. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Calls `fn` once, no earlier than `ms` milliseconds from now; the answer ends the wait. */
  after(ms: number, fn: () => void): () => void
  /** A random number from 0 up to 1. */
  fraction(): number
  /** Begins to open a WebSocket; throws where the URL or a protocol is none. */
  openWebSocket(url: string, protocols: string[]): WebSocketPort
  /** As the global `fetch`. */
  fetch(url: string, init: RequestInit): Promise<Response>
  /**
   * Calls `fn` when the page is shown from the back/forward cache or is online again; the answer ends that.
   * @spec client.page.returned
   */
  onReturn(fn: () => void): () => void
}

/** The events of a window, where there is one. */
interface PageEvents {
  addEventListener?(type: string, listener: (event: { persisted?: boolean }) => void): void
  removeEventListener?(type: string, listener: (event: { persisted?: boolean }) => void): void
}

const longestTimerMs = 2 ** 31 - 1

/** The page or program in which this script runs. */
export const realSurroundings: Surroundings = {
  nowMs: () => Date.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(ms, longestTimerMs))
    return () => clearTimeout(timer)
  },
  fraction: () => Math.random(),
  openWebSocket: (url, protocols) => new WebSocket(url, protocols),
  fetch: (url, init) => fetch(url, init),
  onReturn: (fn) => {
    const page = globalThis as PageEvents
    const onShow = (event: { persisted?: boolean }): void => {
      if (event.persisted) fn()
    }
    page.addEventListener?.('pageshow', onShow)
    page.addEventListener?.('online', fn)
    return () => {
      page.removeEventListener?.('pageshow', onShow)
      page.removeEventListener?.('online', fn)
    }
  },
}
