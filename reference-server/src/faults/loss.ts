/** Faults of connections that are lost without a Close frame. */
import type { Fault, Parts } from '../parts.ts'

/** Few enough that a limit of many never meets them. */
const MOST_LEAKED = 2

/** Each breaks what the chapters promise about a connection whose transport has ended by itself. */
export const lossFaults: readonly Fault[] = [
  leaks('lost', (rules, leak) => {
    const { decideEnding } = rules
    rules.decideEnding = (ending) => {
      if (ending.by === 'loss') leak()
      return decideEnding(ending)
    }
  }),
  leaks('replaced', (rules, leak) => {
    const { decideTakeover } = rules
    rules.decideTakeover = () => {
      leak()
      return decideTakeover()
    }
  }),
  leaks('refused', (rules, leak) => {
    const { verifyToken } = rules
    rules.verifyToken = (...facts) => {
      const claims = verifyToken(...facts)
      if (!claims) leak()
      return claims
    }
  }),
  leaks('revoked', (rules, leak) => {
    const { decideRevoked } = rules
    rules.decideRevoked = (...generations) => {
      const dead = decideRevoked(...generations)
      if (dead) leak()
      return dead
    }
  }),
  {
    name: 'counts-lost-connections',
    misdeed: 'A receipt counts a connection that was lost without a Close frame.',
    breaks: ['message.post.connections'],
    apply: (parts) => {
      const { rules } = parts
      const make = rules.makeReceipt
      const lost = new Set<number>()
      noteLosses(parts, {
        came: ({ epoch }) => lost.delete(epoch),
        lost: ({ epoch }) => lost.add(epoch),
      })
      rules.makeReceipt = (id, counters, connections) =>
        make(id, counters, lost.has(counters.epoch) ? 1 : connections)
    },
  },
  {
    name: 'reads-lost-connections',
    misdeed: 'The read of a client whose connection was lost has that connection in its grace.',
    breaks: ['presence.read.grace'],
    apply: (parts) => {
      const { rules, ports } = parts
      const make = rules.makePresenceAnswer
      const lost = new Map<number, string>()
      noteLosses(parts, {
        came: ({ epoch }) => lost.delete(epoch),
        lost: ({ epoch, connectionId }) => lost.set(epoch, connectionId),
      })
      rules.makePresenceAnswer = (facts) => {
        const connectionId = lost.get(facts.epoch)
        return connectionId === undefined || !facts.online
          ? make(facts)
          : make({ ...facts, connectionId, sinceMs: ports.clock.nowMs() })
      }
    },
  },
]

/** A fault that counts connections against the limit for ever after they have ended so. */
function leaks(ended: string, note: (rules: Parts['rules'], leak: () => void) => void): Fault {
  return {
    name: `counts-${ended}-connections-against-the-limit`,
    misdeed: `A connection that was ${ended} counts against the limit for ever, the first two at least.`,
    breaks: ['connection.capacity.freed'],
    apply: ({ rules }) => {
      const { decideCapacity } = rules
      let leaked = 0
      note(rules, () => {
        leaked = Math.min(leaked + 1, MOST_LEAKED)
      })
      rules.decideCapacity = (open, most) => decideCapacity(open + leaked, most)
    },
  }
}

interface Lost {
  epoch: number
  connectionId: string
}

/** Tells which client id, by its epoch, lost its connection and which one came back. */
function noteLosses(
  { rules, ports }: Parts,
  tell: { came(client: Lost): unknown; lost(client: Lost): unknown },
): void {
  const { broker } = ports
  const decide = rules.decideEnding
  const epochs = new Map<string, number>()
  let isLoss = false
  rules.decideEnding = (ending) => {
    isLoss = ending.by === 'loss'
    return decide(ending)
  }
  ports.broker = {
    ...broker,
    arrive: async (arrival) => {
      const arrived = await broker.arrive(arrival)
      epochs.set(arrival.clientId, arrived.epoch)
      tell.came({ epoch: arrived.epoch, connectionId: arrival.connectionId })
      return arrived
    },
    leave: (clientId, connectionId, reason) => {
      const epoch = epochs.get(clientId)
      if (isLoss && epoch !== undefined) tell.lost({ epoch, connectionId })
      return broker.leave(clientId, connectionId, reason)
    },
  }
}
