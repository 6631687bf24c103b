/** Presence and tokens in the shared store: it alone knows how what scripts answer of them is read. */

import type { Broker, Counters, KnownClient, Shared } from '../../broker-port.ts'
import { type BrokerParts, FORGET_AFTER_MS, REMEMBERED_MS } from '../parts.ts'
import type { Hearing } from './hearing.ts'
import { inTime } from './link.ts'
import { ARRIVE, DEPART, DISCONNECT, GENERATION, LEAVE, LIST, READ, REVOKE } from './presence.ts'
import type { Steps } from './steps.ts'

/** The part of a broker that knows who is online, and whose tokens are dead. */
export type Standings = Pick<
  Broker,
  'read' | 'arrive' | 'leave' | 'depart' | 'list' | 'generation' | 'revoke'
> &
  Pick<Shared, 'disconnect'>

type Facts = [
  epoch: string,
  seq?: string | null,
  version?: string | null,
  online?: string | null,
  connectionId?: string | null,
  since?: string | null,
  arrival?: string | null,
  leftFor?: string | null,
  last?: string | null,
]

/** Who is online in the store, in the name of a node. */
export function makeStandings(steps: Steps, hearing: Hearing, parts: BrokerParts): Standings {
  const { revokes } = parts
  const keyOf = (clientId: string): string => steps.names().client(clientId)

  return {
    read: async (clientId) => readFacts(await steps.write<Facts>(READ, [keyOf(clientId)], [])),
    arrive: async ({ clientId, connectionId, atMs }) => {
      const key = keyOf(clientId)
      const args = [clientId, connectionId, atMs, key, FORGET_AFTER_MS]
      try {
        await hearing.expect(clientId, connectionId)
        const heard = hearing.arrived(clientId, connectionId)
        type Answer = [epoch: string, seq: string, version: number, came: number]
        const [epoch, seq, version, came] = await steps.write<Answer>(ARRIVE, [key], args)
        await inTime(heard)
        return { ...readCounters(epoch, seq, version), came: came === 1 }
      } catch (error) {
        hearing.forget(clientId, connectionId)
        throw error
      }
    },
    leave: async (clientId, connectionId, reason) => {
      hearing.forget(clientId, connectionId)
      await steps.write(LEAVE, [keyOf(clientId)], [connectionId, reason])
    },
    depart: async ({ clientId, connectionId, reason, atMs }) => {
      hearing.forget(clientId, connectionId)
      const args = [clientId, connectionId, reason, atMs, FORGET_AFTER_MS]
      type Answer = [] | [epoch: string, seq: string, version: number]
      const [epoch, seq, version] = await steps.write<Answer>(DEPART, [keyOf(clientId)], args)
      return epoch === undefined ? undefined : readCounters(epoch, seq, version)
    },
    list: async (afterArrival, most) => {
      const page = await steps.read<[string, Facts][]>(LIST, [], [afterArrival, most])
      return page.map(([clientId, facts]) => ({
        clientId,
        ...readFacts(facts),
        arrival: Number(facts[6]),
        leftFor: facts[7] ?? undefined,
        leftBy: facts[4] ? undefined : (facts[8] ?? undefined),
      }))
    },
    generation: async (clientId) => {
      const args = [revokes ? 'floor' : '']
      return Number(await steps.read(GENERATION, [steps.names().tokens(clientId)], args))
    },
    revoke: async (clientId) =>
      Number(await steps.write(REVOKE, [steps.names().tokens(clientId)], [REMEMBERED_MS])),
    disconnect: async (clientId, { revokes: kills, atMs }) => {
      const key = keyOf(clientId)
      const args = [clientId, key, kills ? 'r' : 'd', atMs, FORGET_AFTER_MS]
      type Gone = [connectionId: string, reason: string, counters: [string, string, number]]
      type Answer = [connections: number, ...(Gone | [])]
      const [connections, ...gone] = await steps.write<Answer>(DISCONNECT, [key], args)
      if (gone.length === 0) return { connections }
      const [connectionId, reason, counters] = gone
      return { connections, gone: { connectionId, reason, counters: readCounters(...counters) } }
    },
  }
}

function readCounters(epoch: string, seq: string | undefined, version = 0): Counters {
  return { epoch: Number(epoch), seq: Number(seq), version }
}

function readFacts([epoch, seq, version, online, connectionId, since]: Facts): KnownClient {
  // Within the grace nobody is connected, and since when it was online is not told.
  const isConnected = online === '1' && Boolean(connectionId)
  return {
    epoch: Number(epoch),
    seq: Number(seq ?? 0),
    version: Number(version ?? 0),
    online: online === '1',
    connectionId: isConnected ? (connectionId ?? undefined) : undefined,
    sinceMs: isConnected && since ? Number(since) : undefined,
  }
}
