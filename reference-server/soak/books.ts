/** The books of one round: they alone know what was asked for, what was accepted, and what nobody answered. */
import { type Accepted, judgeHearing, type Listening, sortAccepted } from './ledger.ts'

/** A receipt as it came. */
export interface Receipt {
  id: string
  epoch: number
  seq: number
}

/** How many posts of a round became what; a broadcast counts once for each client id. */
export interface Sums {
  accepted: number
  delivered: number
  /** Missed by a listener that was told so. */
  announced: number
  /** Accepted while no channel of the client id was open. */
  unheard: number
}

/** A listener of one client id, as the books see it. */
export interface Heard {
  messages: Listening
  broadcasts: Listening
}

/** Books that are written during a round. */
export interface Books {
  /** The next moment on the soak's count. */
  moment(): number
  /** Notes a receipt. `clientId` is absent for a broadcast. */
  accept(receipt: Receipt, text: string, askedAt: number, clientId?: string): void
  /** Notes that a post was not answered: whether it was accepted is known to nobody. */
  doubt(text: string): void
  /** Judges the round by what the listeners of each client id heard, and begins the next one. */
  close(heard: ReadonlyMap<string, readonly Heard[]>): { sums: Sums; faults: string[] }
}

/** Makes empty books. */
export function makeBooks(): Books {
  let messages = new Map<string, Accepted[]>()
  let broadcasts: Accepted[] = []
  let doubtful = new Set<string>()
  let moments = 0

  function judge(
    stream: readonly Accepted[],
    listenings: readonly Listening[],
    sums: Sums,
    faults: string[],
  ): void {
    const settled = new Set<number>()
    const announced = new Set<number>()
    for (const listening of listenings) {
      const hearing = judgeHearing(stream, listening)
      faults.push(...hearing.faults)
      for (const text of hearing.unreceipted)
        if (!doubtful.has(text))
          faults.push(`${listening.name} heard "${text}", which has no receipt`)
      for (const place of hearing.delivered) settled.add(place)
      for (const place of hearing.announced) announced.add(place)
    }
    sums.accepted += stream.length
    sums.delivered += settled.size
    for (const place of announced) if (!settled.has(place)) sums.announced += 1
  }

  return {
    moment: () => {
      moments += 1
      return moments
    },
    accept: ({ id, epoch, seq }, text, askedAt, clientId) => {
      const stream = clientId === undefined ? broadcasts : (messages.get(clientId) ?? [])
      stream.push({ id, epoch, seq, text, askedAt })
      if (clientId !== undefined) messages.set(clientId, stream)
    },
    doubt: (text) => doubtful.add(text),
    close: (heard) => {
      const sums: Sums = { accepted: 0, delivered: 0, announced: 0, unheard: 0 }
      const faults: string[] = []
      const ofAll = sortAccepted(broadcasts)
      for (const [clientId, listeners] of heard) {
        const own = sortAccepted(messages.get(clientId) ?? [])
        judge(
          own,
          listeners.map((one) => one.messages),
          sums,
          faults,
        )
        judge(
          ofAll,
          listeners.map((one) => one.broadcasts),
          sums,
          faults,
        )
      }
      sums.unheard = sums.accepted - sums.delivered - sums.announced
      messages = new Map()
      broadcasts = []
      doubtful = new Set()
      return { sums, faults }
    },
  }
}
