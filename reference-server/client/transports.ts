/** Which transport comes next: it alone remembers what worked. */

/** A transport by name. */
export type Transport = 'websocket' | 'event-stream'

const missesAllowed = 2

/** The memory of one channel. */
export interface Transports {
  next(): Transport
  /** It works, and is kept from now on. */
  noteOpened(transport: Transport): void
  /** It ended without having worked; `isRefused` where the service does not offer it. */
  noteMissed(transport: Transport, isRefused: boolean): void
}

/**
 * Makes the memory; with `auto` the event stream is tried after two WebSockets in a row that never opened.
 * @spec client.sse.fallback
 */
export function makeTransports(wish: Transport | 'auto'): Transports {
  let worked: Transport | undefined
  let misses = 0
  return {
    next: () => {
      if (wish !== 'auto') return wish
      return worked ?? (misses < missesAllowed ? 'websocket' : 'event-stream')
    },
    noteOpened: (transport) => {
      worked = transport
      misses = 0
    },
    noteMissed: (transport, isRefused) => {
      if (isRefused) worked = undefined
      misses = transport === 'websocket' ? misses + 1 : 0
    },
  }
}
