/** The sender in the shared store: it alone knows which node tells the application, and what that has heard. */
import type { Broker, Mark, OwedState, PresenceState, Shared } from '../../broker-port.ts'
import { makeUnavailable } from './link.ts'
import { makeScript } from './script.ts'
import type { Steps } from './steps.ts'

// One node tells everything, as what binds the attempts binds all of them together: how many are in flight, and that
// they wait for an application that is away. It is named in the store's record, and has a place. Of a client id's
// record, ke and kv are the version that was acknowledged, te and tv the newest that was attempted.

/** Lua: the newest state of a client id, and what the application has heard of it. */
export const OWED = `
local function describeOwed(clientId, sender)
  local tag = string.gsub(string.gsub(clientId, '%%', '%%25'), '}', '%%7D')
  local facts = redis.call('HMGET', prefix .. ':{' .. tag .. '}', 'e', 'v', 'on', 'p', 'r', 't', 'ke', 'kv', 'te', 'tv')
  if not facts[1] then return nil end
  for i = 1, 10 do facts[i] = facts[i] or '' end
  facts[11], facts[12] = clientId, sender
  return facts
end
`

/** Hands a state to the sender; answers whether that is this node. KEYS 3: the record. ARGV 6: client id, 7: state. */
export const ROUTE = makeScript(`
local clientId, sender = ARGV[6], redis.call('HGET', store, 'sender')
if sender == node then return 1 end
redis.call('SADD', prefix .. ':owed:' .. sender, clientId)
redis.call('SREM', prefix .. ':owed:' .. node, clientId)
redis.call('SPUBLISH', prefix .. ':node:' .. sender, ARGV[7])
return 0
`)

/** Everything that this node owes. */
export const LIST_OWED = makeScript(
  OWED,
  `
local states = {}
for _, clientId in ipairs(redis.call('SMEMBERS', prefix .. ':owed:' .. node)) do
  states[#states + 1] = describeOwed(clientId, 'sent')
end
return states
`,
)

/** Notes an attempt; answers whether this node may make it. KEYS 3: the record. ARGV 6: epoch, 7: version. */
export const ATTEMPTED = makeScript(`
local key = KEYS[3]
if redis.call('HGET', store, 'sender') ~= node then return 0 end
if redis.call('HGET', key, 'e') == ARGV[6] then redis.call('HSET', key, 'te', ARGV[6], 'tv', ARGV[7]) end
return 1
`)

/** Notes an acknowledgement. KEYS 3: the record. ARGV 6: epoch, 7: version, 8: client id. */
export const ACKNOWLEDGED = makeScript(`
local key = KEYS[3]
local epoch, version = unpack(redis.call('HMGET', key, 'e', 'v'))
if epoch ~= ARGV[6] then return 0 end
redis.call('HSET', key, 'ke', ARGV[6], 'kv', ARGV[7])
if version == ARGV[7] then redis.call('SREM', prefix .. ':owed:' .. node, ARGV[8]) end
return 1
`)

/** What an adopted client id owes, as the store writes it. */
export type OwedFacts = readonly [
  epoch: string,
  version: string,
  online: string,
  connectionId: string,
  reason: string,
  at: string,
  acknowledgedEpoch: string,
  acknowledged: string,
  attemptedEpoch: string,
  attempted: string,
  clientId: string,
  /** `left` where the node that ended was the sender, `sent` where another is, or this one. */
  sender: string,
]

/** A state that was taken over, with what the application has heard before it. */
export function readOwed(facts: OwedFacts): OwedState {
  const [epochText, version, online, connectionId, reason, at, ke, kv, te, tv, clientId] = facts
  const epoch = Number(epochText)
  const readMark = (e: string, v: string): Mark | undefined =>
    e === '' ? undefined : { epoch: Number(e), version: Number(v) }
  const acknowledged = readMark(ke, kv) ?? { epoch, version: 0 }
  const state: PresenceState = {
    clientId,
    epoch,
    version: Number(version),
    online: online === '1',
    connectionId,
    atMs: Number(at),
    ...(reason !== '' && { reason }),
  }
  return { state, acknowledged, attempted: readMark(te, tv) ?? acknowledged }
}

/** What a node owes. */
export interface Owing {
  /** Every state that this node owes. */
  listOwed(): Promise<readonly PresenceState[]>
}

/** The part of a broker that notes what the application has heard. */
export function makeSenders(
  steps: Steps,
): Pick<Broker, 'noteAttempted' | 'noteAcknowledged'> & Pick<Shared, 'route'> & Owing {
  const keyOf = (clientId: string): string[] => [steps.names().client(clientId)]
  return {
    route: async (state) => {
      const args = [state.clientId, JSON.stringify(state)]
      return (await steps.write<number>(ROUTE, keyOf(state.clientId), args)) === 1
    },
    listOwed: async () => {
      const owed = await steps.read<OwedFacts[]>(LIST_OWED, [], [])
      return owed.map((facts) => readOwed(facts).state)
    },
    noteAttempted: async (clientId, { epoch, version }) => {
      const may = await steps.write<number>(ATTEMPTED, keyOf(clientId), [epoch, version])
      if (may === 0) throw makeUnavailable('another node tells the application')
    },
    noteAcknowledged: async (clientId, { epoch, version }) => {
      await steps.write(ACKNOWLEDGED, keyOf(clientId), [epoch, version, clientId])
    },
  }
}
