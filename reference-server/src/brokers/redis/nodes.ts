/** Scripts of nodes: they alone know who has a place in the store, how it is lost, and who takes over what was left. */
import { makeFreeScript, makeLooseScript } from './script.ts'
import { OWED } from './senders.ts'
import { TAKE_SOCKETS } from './sockets.ts'

/**
 * Takes a place in the present generation of the store, or in a new one where there is none, or where it is the one
 * that is known to have lost writes. KEYS 1: the store. ARGV 1: that generation, or nothing, 2: the least epoch where
 * the store begins, 3: node, 4: milliseconds of its lease, 5: prefix without the generation, 6: its name, or nothing.
 * A node of the same name that hears nothing is this one before it was started again: its place is free.
 */
export const ENTER = makeFreeScript(`
local store = KEYS[1]
local gen = redis.call('HGET', store, 'gen')
local created = 0
if not gen or gen == ARGV[1] then
  local time = redis.call('TIME')
  local newest = tonumber(redis.call('HGET', store, 'epoch') or 0)
  local present = time[1] * 1000000 + time[2]
  local floor = tonumber(ARGV[2])
  if ARGV[1] ~= '' then floor = math.max(floor, present, newest + 1) end
  gen = string.format('%.0f', present)
  floor = string.format('%.0f', floor)
  redis.call('DEL', store)
  redis.call('HSET', store, 'gen', gen, 'floor', floor, 'epoch', floor, 'sender', ARGV[3])
  created = 1
end
local prefix = ARGV[5] .. ':' .. gen
local nodes, named = prefix .. ':nodes', prefix .. ':named'
if ARGV[6] ~= '' then
  local all = redis.call('HGETALL', named)
  for i = 1, #all, 2 do
    local former = all[i]
    local hears = redis.call('PUBSUB', 'SHARDNUMSUB', prefix .. ':node:' .. former)[2] > 0
    if all[i + 1] == ARGV[6] and not hears and redis.call('HEXISTS', nodes, former) == 1 then
      redis.call('HSET', nodes, former, 'left')
      redis.call('DEL', prefix .. ':lease:' .. former)
      redis.call('HDEL', prefix .. ':counts', former)
    end
  end
  redis.call('HSET', named, ARGV[3], ARGV[6])
end
redis.call('HSET', nodes, ARGV[3], 'here')
redis.call('SET', prefix .. ':lease:' .. ARGV[3], '1', 'PX', ARGV[4])
return {gen, redis.call('HGET', store, 'floor'), created}
`)

/**
 * What became of a node's place while it had no connection. KEYS 1: the store. ARGV 1: generation, 2: node, 3: number
 * of its newest write that was answered, 4: milliseconds of its lease, 5: prefix.
 */
export const RETURN = makeFreeScript(`
local gen, node, prefix = ARGV[1], ARGV[2], ARGV[5]
if redis.call('HGET', KEYS[1], 'gen') ~= gen then return 'lost' end
local written = tonumber(redis.call('HGET', prefix .. ':marks', node) or 0)
if written < tonumber(ARGV[3]) then return 'lost' end
if redis.call('HGET', prefix .. ':nodes', node) ~= 'here' then return 'expelled' end
redis.call('SET', prefix .. ':lease:' .. node, '1', 'PX', ARGV[4])
return 'kept'
`)

/**
 * Renews the lease. ARGV 6: its milliseconds, 7: whether other nodes may be judged by theirs. Answers whether there is
 * a place still, whether the lease had lasted, and the nodes whose place is free. Who was late is no judge: what held
 * it up may have held up all.
 */
export const RENEW = makeLooseScript(`
local nodes = prefix .. ':nodes'
if redis.call('HGET', nodes, node) ~= 'here' then return {0, 0, {}} end
local lasted = redis.call('EXISTS', lease)
redis.call('SET', lease, '1', 'PX', ARGV[6])
local gone = {}
local all = redis.call('HGETALL', nodes)
for i = 1, #all, 2 do
  local silent = ARGV[7] == '1' and lasted == 1 and redis.call('EXISTS', prefix .. ':lease:' .. all[i]) == 0
  if all[i + 1] == 'left' or silent then gone[#gone + 1] = all[i] end
end
return {1, lasted, gone}
`)

/** Gives the place up, for the others to take over what is left. */
export const QUIT = makeLooseScript(`
redis.call('DEL', lease)
if redis.call('HEXISTS', prefix .. ':nodes', node) == 1 then
  redis.call('HSET', prefix .. ':nodes', node, 'left')
end
redis.call('HDEL', prefix .. ':counts', node)
return 1
`)

/**
 * Takes over what node ARGV 6 left, unless another did, or it came back. Answers its client ids that are online, each
 * with its last connection and why that ended; its states that the application may not have heard of, each with whether
 * it was the sender itself; whether it had to tell of the beginning; and its sockets whose end is owed.
 */
export const ADOPT = makeLooseScript(
  OWED,
  TAKE_SOCKETS,
  `
local dead = ARGV[6]
local nodes = prefix .. ':nodes'
local state = redis.call('HGET', nodes, dead)
if not state or (state == 'here' and redis.call('EXISTS', prefix .. ':lease:' .. dead) == 1) then
  return {{}, {}, 0, {}}
end
redis.call('HDEL', nodes, dead)
redis.call('HDEL', prefix .. ':named', dead)
redis.call('HDEL', prefix .. ':marks', dead)
redis.call('HDEL', prefix .. ':counts', dead)
local function record(clientId)
  local tag = string.gsub(string.gsub(clientId, '%%', '%%25'), '}', '%%7D')
  return prefix .. ':{' .. tag .. '}'
end
local orphans, states = {}, {}
local heldByDead, owedByDead = prefix .. ':held:' .. dead, prefix .. ':owed:' .. dead
for _, clientId in ipairs(redis.call('SMEMBERS', heldByDead)) do
  local key = record(clientId)
  local on, holder, last, why = unpack(redis.call('HMGET', key, 'on', 'n', 'l', 'lf'))
  if on == '1' and holder == dead then
    redis.call('HSET', key, 'c', '', 'n', node)
    redis.call('SADD', prefix .. ':held:' .. node, clientId)
    orphans[#orphans + 1] = {clientId, last, why or ''}
  end
end
local sent = redis.call('HGET', store, 'sender') == dead
if sent then redis.call('HSET', store, 'sender', node) end
for _, clientId in ipairs(redis.call('SMEMBERS', owedByDead)) do
  redis.call('SADD', prefix .. ':owed:' .. node, clientId)
  states[#states + 1] = describeOwed(clientId, sent and 'left' or 'sent')
end
redis.call('DEL', heldByDead, owedByDead)
local began = sent and redis.call('HEXISTS', store, 'told') == 0 and 1 or 0
return {orphans, states, began, takeSockets(dead)}
`,
)

/** Whether the application has heard of the beginning, or another node tells it. */
export const BEGAN = makeLooseScript(`
if redis.call('HEXISTS', store, 'told') == 1 then return 1 end
return redis.call('HGET', store, 'sender') == node and 0 or 1
`)

/** Notes that the application has heard of the beginning. */
export const TOLD = makeLooseScript(`
redis.call('HSET', store, 'told', '1')
return 1
`)
