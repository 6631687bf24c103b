/** What a node hears of broadcasts: it alone knows which was the newest, and what to do where one was missed. */
import type { HeldMessage, NodeEvents, StreamCounters } from '../../broker-port.ts'

/** What hearing broadcasts is built of. */
export interface CastingParts {
  hasLease(): boolean
  /** What follows a place; nothing where it cannot be had. */
  readMissed(after: StreamCounters): Promise<readonly HeldMessage[] | undefined>
  /** Called where what was missed cannot be had; `begin` follows. */
  onGap(): void
  events(): NodeEvents
}

/** What a node hears of broadcasts. */
export interface Casting {
  /** Takes a message of the broadcasts' channel. */
  hear(message: string): void
  /** Goes on from here. */
  begin(counters: StreamCounters): void
  /** Goes on from nowhere until it is begun. */
  clear(): void
  /** Whether it was begun. */
  isBegun(): boolean
  /** Brings what was missed. */
  catchUp(): Promise<void>
}

/** Hearing that is at no place yet. */
export function makeCasting(parts: CastingParts): Casting {
  let place: StreamCounters = { epoch: 0, seq: 0 }
  let newest = 0
  let catching: object | undefined

  function hear(message: string): void {
    const [, epochText, seqText] = message.split(' ', 3)
    const heard = { epoch: Number(epochText), seq: Number(seqText) }
    if (place.epoch === 0 || catching || !parts.hasLease()) {
      newest = heard.seq
      return
    }
    if (heard.epoch === place.epoch && heard.seq <= place.seq) return
    if (heard.epoch !== place.epoch || heard.seq !== place.seq + 1) {
      newest = heard.seq
      void catchUp()
      return
    }
    const data = message.slice(4 + String(epochText).length + String(seqText).length)
    pass(heard.seq, data)
  }

  function pass(seq: number, data: string): void {
    place = { epoch: place.epoch, seq }
    parts.events().broadcast({ ...place, data })
  }

  async function catchUp(): Promise<void> {
    if (catching || place.epoch === 0) return
    const mine = {}
    catching = mine
    try {
      do {
        const missed = await parts.readMissed(place)
        if (catching !== mine) return
        if (!missed) {
          clear()
          parts.onGap()
          return
        }
        for (const { seq, data } of missed) pass(seq, data)
      } while (place.seq < newest)
    } catch {
      // The store is out of reach again: all is asked anew when it is back.
    } finally {
      if (catching === mine) catching = undefined
    }
  }

  function clear(): void {
    place = { epoch: 0, seq: 0 }
    newest = 0
    catching = undefined
  }

  return {
    hear,
    clear,
    isBegun: () => place.epoch !== 0,
    begin: (counters) => {
      place = counters
      catching = undefined
      if (newest > place.seq) void catchUp()
    },
    catchUp,
  }
}
