/** What a node hears of its client ids: it alone knows in which order, and what to do where something was missed. */
import type { HeldMessage, NodeEvents, StreamCounters } from '../../broker-port.ts'
import type { Link } from './link.ts'

/** A client id whose current connection this node has, or is about to have. */
interface Ear {
  clientId: string
  channel: string
  connectionId: string | undefined
  epoch: number
  /** Number of the newest message that was passed on. */
  seq: number
  /** Number of the newest message that was heard while catching up. */
  newest: number
  /** Arrivals that were not heard yet. */
  awaited: Map<string, () => void>
  /** The catching up that runs; what is heard meanwhile is read by it. */
  catching: object | undefined
}

/** What was missed of a client id. */
export interface Missed {
  /** Whether the connection is the current one still. */
  current: boolean
  /** Messages of the connection, in order; nothing where they cannot be had. */
  messages: readonly HeldMessage[] | undefined
}

/** A message for a connection, as it is published for its node. */
type HeardMessage = [
  channel: string,
  connectionId: string,
  epoch: string,
  seq: number,
  data: string,
]

/** What hearing is built of. */
export interface HearingParts {
  link: Pick<Link, 'subscribe' | 'unsubscribe'>
  /** Whether this node has its lease, by the clock that cannot be set. */
  hasLease(): boolean
  channelOf(clientId: string): string
  readMissed(clientId: string, connectionId: string, after: StreamCounters): Promise<Missed>
  events(): NodeEvents
  /** As of a broker's parts. */
  gather(): void
}

/** What a node hears of its client ids. */
export interface Hearing {
  /** Takes a message of a client id's channel. */
  hear(message: string, channel: string): void
  /** Takes messages that were published for this node, in order. */
  hearMessages(list: string): void
  /** Listens to a client id from now on, for an arrival; resolves when nothing is missed. */
  expect(clientId: string, connectionId: string): Promise<void>
  /** Resolves when the arrival has been heard. */
  arrived(clientId: string, connectionId: string): Promise<void>
  /** Listens no more on behalf of a connection. */
  forget(clientId: string, connectionId: string): void
  /** Listens anew to everything. */
  resume(): Promise<void>
  /** Brings what was missed while nothing was heard, or there was no lease. */
  catchUp(): void
  /** Forgets everything. */
  clear(): void
}

/** Hearing of nobody. */
export function makeHearing(parts: HearingParts): Hearing {
  const { link } = parts
  const ears = new Map<string, Ear>()
  let missed = false

  function hear(message: string, channel: string): void {
    const ear = ears.get(channel)
    if (!ear) return
    if (!parts.hasLease()) {
      missed = true
      return
    }
    const [kind, connectionId, rest] = split(message)
    if (kind === 'a') takeArrival(ear, connectionId, rest)
    else if (ear.connectionId === connectionId)
      parts.events().disconnect(ear.clientId, connectionId, kind === 'r')
  }

  function hearMessages(list: string): void {
    if (!parts.hasLease()) {
      missed = true
      return
    }
    const messages = JSON.parse(list) as HeardMessage[]
    if (messages.length > 1) parts.gather()
    for (const [channel, connectionId, epoch, seq, data] of messages) {
      const ear = ears.get(channel)
      if (ear?.connectionId !== connectionId) continue
      if (ear.catching) ear.newest = seq
      else deliver(ear, { epoch: Number(epoch), seq }, data)
    }
  }

  function deliver(ear: Ear, { epoch, seq }: StreamCounters, data: string): void {
    if (epoch === ear.epoch && seq <= ear.seq) return
    if (epoch !== ear.epoch || seq !== ear.seq + 1) {
      void catchUpOne(ear)
      return
    }
    ear.seq = seq
    if (ear.connectionId !== undefined)
      parts.events().message(ear.clientId, ear.connectionId, { epoch, seq, data })
  }

  function takeArrival(ear: Ear, connectionId: string, rest: string): void {
    const older = ear.connectionId
    const heard = ear.awaited.get(connectionId)
    if (connectionId === older) return
    if (ear.catching && older !== undefined) parts.events().gap(ear.clientId, older)
    ear.catching = undefined
    ear.connectionId = undefined
    if (heard) {
      const [epoch, seq] = split(rest)
      Object.assign(ear, { connectionId, epoch: Number(epoch), seq: Number(seq) })
      ear.awaited.delete(connectionId)
      parts.events().arrived(ear.clientId, connectionId)
      heard()
    } else {
      if (older !== undefined) parts.events().replaced(ear.clientId, older)
      drop(ear)
    }
  }

  /** Brings what was missed of one client id, or says that it cannot be had. */
  async function catchUpOne(ear: Ear): Promise<void> {
    const { clientId, connectionId, epoch } = ear
    if (connectionId === undefined || ear.catching) return
    const catching = {}
    ear.catching = catching
    try {
      let found: Missed
      do {
        found = await parts.readMissed(clientId, connectionId, { epoch, seq: ear.seq })
        if (ear.catching !== catching) return
        for (const { seq, data } of found.messages ?? []) {
          ear.seq = seq
          parts.events().message(clientId, connectionId, { epoch, seq, data })
        }
      } while (found.current && found.messages && ear.seq < ear.newest)
      ear.catching = undefined
      if (!found.messages) parts.events().gap(clientId, connectionId)
      else if (!found.current) parts.events().replaced(clientId, connectionId)
      if (found.messages && found.current) return
      ear.connectionId = undefined
      drop(ear)
    } catch {
      // The store is out of reach again: all is asked anew when it is back.
      if (ear.catching === catching) ear.catching = undefined
      missed = true
    }
  }

  function drop(ear: Ear): void {
    if (ear.connectionId !== undefined || ear.awaited.size > 0) return
    if (ears.get(ear.channel) !== ear) return
    ears.delete(ear.channel)
    link.unsubscribe(ear.channel)
  }

  return {
    hear,
    hearMessages,
    expect: async (clientId, connectionId) => {
      const channel = parts.channelOf(clientId)
      let ear = ears.get(channel)
      if (!ear) {
        ear = makeEar(clientId, channel)
        ears.set(channel, ear)
      }
      ear.awaited.set(connectionId, () => {})
      await link.subscribe(channel)
    },
    arrived: (clientId, connectionId) =>
      new Promise((resolve) => {
        const ear = ears.get(parts.channelOf(clientId))
        if (!ear?.awaited.has(connectionId)) resolve()
        else ear.awaited.set(connectionId, resolve)
      }),
    forget: (clientId, connectionId) => {
      const ear = ears.get(parts.channelOf(clientId))
      if (!ear) return
      ear.awaited.delete(connectionId)
      if (ear.connectionId === connectionId) {
        ear.connectionId = undefined
        ear.catching = undefined
      }
      drop(ear)
    },
    resume: async () => {
      const channels = [...ears.keys()]
      await Promise.all(channels.map((channel) => link.subscribe(channel)))
      missed = true
    },
    catchUp: () => {
      if (!missed) return
      missed = false
      for (const ear of ears.values()) void catchUpOne(ear)
    },
    clear: () => {
      for (const channel of ears.keys()) link.unsubscribe(channel)
      ears.clear()
    },
  }
}

function makeEar(clientId: string, channel: string): Ear {
  const nowhere = { connectionId: undefined, epoch: 0, seq: 0, newest: 0 }
  return { clientId, channel, ...nowhere, awaited: new Map(), catching: undefined }
}

/** The two words before the rest of a line. */
function split(line: string): [first: string, second: string, rest: string] {
  const one = line.indexOf(' ')
  const two = line.indexOf(' ', one + 1)
  if (two < 0) return [line.slice(0, one), line.slice(one + 1), '']
  return [line.slice(0, one), line.slice(one + 1, two), line.slice(two + 1)]
}
