/** Senders in the shared store: it alone knows which node tells the application of a client id, and what that has heard. */
import type { Broker, Mark, OwedState, PresenceState, Shared } from '../../ports.ts'
import { makeUnavailable } from './link.ts'
import { makeScript } from './script.ts'
import type { Steps } from './steps.ts'

/** Milliseconds for which a node stays the sender of a client id after it owes nothing: one that flaps is paced there. */
const STAYS_MS = 5000

// Of a client id's record: snd its sender and sat when that last had an answer; ke and kv the version that was
// acknowledged, te and tv the newest that was attempted.

/** Makes this node the sender, or hands the state to the one that is. KEYS 3: the record. ARGV 6: client id, 7: state. */
export const ROUTE = makeScript(`
local key, clientId = KEYS[3], ARGV[6]
local sender, at = unpack(redis.call('HMGET', key, 'snd', 'sat'))
if sender and sender ~= node and redis.call('HGET', prefix .. ':nodes', sender) == 'here' then
  local owed = prefix .. ':owed:' .. sender
  local owes = redis.call('SISMEMBER', owed, clientId) == 1
  if owes or now() - tonumber(at or 0) < ${STAYS_MS} then
    redis.call('SADD', owed, clientId)
    if redis.call('SPUBLISH', prefix .. ':node:' .. sender, ARGV[7]) > 0 then
      redis.call('SREM', prefix .. ':owed:' .. node, clientId)
      return 0
    end
    redis.call('SREM', owed, clientId)
  end
end
redis.call('HSET', key, 'snd', node)
redis.call('SADD', prefix .. ':owed:' .. node, clientId)
return 1
`)

/** Notes an attempt; answers whether this node may make it. KEYS 3: the record. ARGV 6: epoch, 7: version. */
export const ATTEMPTED = makeScript(`
local key = KEYS[3]
local epoch, sender = unpack(redis.call('HMGET', key, 'e', 'snd'))
if epoch ~= ARGV[6] then return 1 end
if sender and sender ~= node then return 0 end
redis.call('HSET', key, 'snd', node, 'te', ARGV[6], 'tv', ARGV[7])
return 1
`)

/** Notes an acknowledgement. KEYS 3: the record. ARGV 6: epoch, 7: version, 8: client id. */
export const ACKNOWLEDGED = makeScript(`
local key = KEYS[3]
local epoch, version, sender = unpack(redis.call('HMGET', key, 'e', 'v', 'snd'))
if epoch ~= ARGV[6] or sender ~= node then return 0 end
redis.call('HSET', key, 'ke', ARGV[6], 'kv', ARGV[7], 'sat', whole(now()))
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

/** The part of a broker that notes what the application has heard. */
export function makeSenders(
  steps: Steps,
): Pick<Broker, 'noteAttempted' | 'noteAcknowledged'> & Pick<Shared, 'route'> {
  const keyOf = (clientId: string): string[] => [steps.names().client(clientId)]
  return {
    route: async (state) => {
      const args = [state.clientId, JSON.stringify(state)]
      return (await steps.write<number>(ROUTE, keyOf(state.clientId), args)) === 1
    },
    noteAttempted: async (clientId, { epoch, version }) => {
      const may = await steps.write<number>(ATTEMPTED, keyOf(clientId), [epoch, version])
      if (may === 0) throw makeUnavailable('another node tells of this client id')
    },
    noteAcknowledged: async (clientId, { epoch, version }) => {
      await steps.write(ACKNOWLEDGED, keyOf(clientId), [epoch, version, clientId])
    },
  }
}
