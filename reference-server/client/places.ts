/** How far a client has got in both streams; it alone knows what is a duplicate and what to ask for. */
import type { Delivery, Welcome } from './envelopes.ts'

/** One stream: the newest that was delivered, and the cursor behind it. */
interface Place {
  epoch?: number | undefined
  seq: number
  cursor?: string | undefined
}

/** Where a stream of a welcome begins. */
interface Beginning {
  epoch: number | undefined
  seq: number
  cursor: string | undefined
}

/** The cursors that come with a token. */
export interface TokenCursors {
  cursor?: string
  broadcast_cursor?: string
}

/** Keeps the places of one channel over all its connections. */
export interface Places {
  /** Takes the cursors of a token's answer, unless a welcome told better. */
  begin(answer: TokenCursors): void
  /** Takes what a welcome says. */
  enter(welcome: Welcome): void
  /** Whether everything up to the welcome was delivered. */
  hasReached(welcome: Welcome): boolean
  /** Whether it is new on a connection with that welcome; then it counts as delivered. */
  accept(welcome: Welcome, delivery: Delivery): boolean
  /** `url` with the cursors that there are. */
  ask(url: string): string
}

function beginnings(welcome: Welcome): { message: Beginning; broadcast: Beginning } {
  const { epoch, seq, cursor, broadcast_epoch, broadcast_seq = 0, broadcast_cursor } = welcome
  return {
    message: { epoch, seq, cursor },
    broadcast: { epoch: broadcast_epoch, seq: broadcast_seq, cursor: broadcast_cursor },
  }
}

/**
 * Makes the places of a client that was never welcomed.
 * @spec client.duplicate.dropped
 * @spec client.resume.place
 * @spec client.resume.begin
 */
export function makePlaces(): Places {
  const places: { message: Place; broadcast: Place } = {
    message: { seq: 0 },
    broadcast: { seq: 0 },
  }
  const kinds = ['message', 'broadcast'] as const
  let isEntered = false
  return {
    begin: ({ cursor, broadcast_cursor }) => {
      if (isEntered) return
      places.message.cursor = cursor
      places.broadcast.cursor = broadcast_cursor
    },
    enter: (welcome) => {
      isEntered = true
      const begun = beginnings(welcome)
      for (const kind of kinds) {
        const { epoch, seq, cursor } = begun[kind]
        const place = places[kind]
        const isSame = place.epoch === epoch
        if (isSame && place.seq > seq) continue
        places[kind] = { epoch, seq, cursor: cursor ?? (isSame ? place.cursor : undefined) }
      }
    },
    hasReached: (welcome) => {
      const begun = beginnings(welcome)
      return kinds.every(
        (kind) => begun[kind].epoch === places[kind].epoch && begun[kind].seq <= places[kind].seq,
      )
    },
    accept: (welcome, { type, id, seq }) => {
      const { epoch } = beginnings(welcome)[type]
      const place = places[type]
      if (place.epoch === epoch && seq <= place.seq) return false
      places[type] = { epoch, seq, cursor: id }
      return true
    },
    ask: (url) => {
      const asked = new URL(url)
      const { message, broadcast } = places
      if (message.cursor) asked.searchParams.set('after', message.cursor)
      if (broadcast.cursor) asked.searchParams.set('after_broadcast', broadcast.cursor)
      return asked.href
    },
  }
}
