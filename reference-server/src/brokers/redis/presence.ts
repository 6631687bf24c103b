/** Scripts of presence: they alone know who is online in the store, on which node, and who left. */
import { HELD, RECORD } from './counting.ts'
import { makeScript } from './script.ts'

// Of a client id's record: c the current connection and n its node, both also during the grace, when c is empty; l the
// last connection, as the number of the newest message when it arrived, lf why it ended; on whether it is online, at
// since when and ar its place among those that came; of the newest state p its connection, r its reason and t its time.

/**
 * Makes a connection the current one. KEYS 3: the record. ARGV 6: client id, 7: connection, 8: time, 9: channel,
 * 10: how long counters are kept.
 */
export const ARRIVE = makeScript(
  RECORD,
  `
local key, clientId, connection, at = KEYS[3], ARGV[6], ARGV[7], ARGV[8]
local epoch = use(key, tonumber(ARGV[10]))
local seq = redis.call('HGET', key, 's')
local version = tonumber(redis.call('HGET', key, 'v'))
local came = redis.call('HGET', key, 'on') ~= '1'
local current, holder = unpack(redis.call('HMGET', key, 'c', 'n'))
if current and current ~= '' then redis.call('HINCRBY', prefix .. ':counts', holder, -1) end
redis.call('HINCRBY', prefix .. ':counts', node, 1)
if holder and holder ~= node then redis.call('SREM', prefix .. ':held:' .. holder, clientId) end
redis.call('SADD', prefix .. ':held:' .. node, clientId)
redis.call('HSET', key, 'c', connection, 'n', node, 'l', connection, 'as', seq)
redis.call('HDEL', key, 'lf')
if came then
  version = version + 1 + version % 2
  local arrival = redis.call('HINCRBY', store, 'arrivals', 1)
  redis.call('HSET', key, 'on', '1', 'v', version, 'at', at, 'ar', arrival, 'p', connection, 'r', '', 't', at)
  redis.call('ZADD', prefix .. ':online', arrival, clientId)
  redis.call('PERSIST', key)
  redis.call('SADD', prefix .. ':owed:' .. node, clientId)
end
redis.call('SPUBLISH', ARGV[9], 'a ' .. connection .. ' ' .. epoch .. ' ' .. seq)
return {epoch, seq, version, came and 1 or 0}
`,
)

/** Lua: ends the current connection, and so begins a grace. */
const END_CURRENT = `
local function endCurrent(key, reason)
  redis.call('HINCRBY', prefix .. ':counts', redis.call('HGET', key, 'n'), -1)
  redis.call('HSET', key, 'c', '', 'lf', reason)
end
`

/** Notes that a connection ended. KEYS 3: the record. ARGV 6: connection, 7: reason. */
export const LEAVE = makeScript(
  END_CURRENT,
  `
if redis.call('HGET', KEYS[3], 'c') == ARGV[6] then endCurrent(KEYS[3], ARGV[7]) end
return 1
`,
)

/** Lua: makes a client id offline and answers its counters. */
const GO = `
local function go(key, clientId, connection, reason, at, forgetMs)
  local version = tonumber(redis.call('HGET', key, 'v'))
  version = version + 2 - version % 2
  local holder = redis.call('HGET', key, 'n')
  redis.call('HSET', key, 'on', '0', 'v', version, 'p', connection, 'r', reason, 't', at)
  redis.call('HDEL', key, 'at', 'lf')
  redis.call('ZREM', prefix .. ':online', clientId)
  redis.call('SREM', prefix .. ':held:' .. holder, clientId)
  redis.call('SADD', prefix .. ':owed:' .. node, clientId)
  redis.call('PEXPIRE', key, forgetMs)
  return {redis.call('HGET', key, 'e'), redis.call('HGET', key, 's'), version}
end
`

/**
 * Makes a client id offline whose last connection is gone. KEYS 3: the record. ARGV 6: client id, 7: connection,
 * 8: reason, 9: time, 10: how long counters are kept.
 */
export const DEPART = makeScript(
  END_CURRENT,
  GO,
  `
local key, connection, reason = KEYS[3], ARGV[7], ARGV[8]
if redis.call('HGET', key, 'on') ~= '1' then return {} end
if redis.call('HGET', key, 'l') ~= connection then return {} end
if redis.call('HGET', key, 'c') == connection then endCurrent(key, reason) end
return go(key, ARGV[6], connection, reason, ARGV[9], ARGV[10])
`,
)

/**
 * Ends the connection of a client id wherever it is, or its grace. KEYS 3: the record. ARGV 6: client id, 7: channel,
 * 8: what is published, before the connection, 9: time, 10: how long counters are kept. Answers how many connections
 * are closed, and where a grace ended the connection, the reason that it held back, and the counters.
 */
export const DISCONNECT = makeScript(
  GO,
  `
local key = KEYS[3]
if redis.call('HGET', key, 'on') ~= '1' then return {0} end
local current, last, why = unpack(redis.call('HMGET', key, 'c', 'l', 'lf'))
if current ~= '' then
  return {math.min(redis.call('SPUBLISH', ARGV[7], ARGV[8] .. ' ' .. current), 1)}
end
local reason = why or 'node-lost'
return {0, last, reason, go(key, ARGV[6], last, reason, ARGV[9], ARGV[10])}
`,
)

const FACTS = `
local function describe(key)
  return redis.call('HMGET', key, 'e', 's', 'v', 'on', 'c', 'at', 'ar', 'lf', 'l')
end
`

/** What is known of KEYS 3; a fresh epoch alone where nothing is. */
export const READ = makeScript(
  FACTS,
  `
local facts = describe(KEYS[3])
if not facts[1] then return {begin()} end
return facts
`,
)

/** At most ARGV 7 online clients behind the place ARGV 6, each its id and what is known of it. */
export const LIST = makeScript(
  FACTS,
  `
local page = {}
local ids = redis.call('ZRANGE', prefix .. ':online', '(' .. ARGV[6], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[7])
for i, clientId in ipairs(ids) do
  local tag = string.gsub(string.gsub(clientId, '%%', '%%25'), '}', '%%7D')
  page[i] = {clientId, describe(prefix .. ':{' .. tag .. '}')}
end
return page
`,
)

/** The generation of a client id's tokens. KEYS 3: where it is kept. ARGV 6: the floor's field, or nothing. */
export const GENERATION = makeScript(`
local revoked = redis.call('GET', KEYS[3])
if revoked then return revoked end
if ARGV[6] == '' then return '0' end
return redis.call('HGET', store, ARGV[6])
`)

/** Begins a generation. KEYS 3: where it is kept. ARGV 6: for how long. */
export const REVOKE = makeScript(`
local generation = begin()
redis.call('SET', KEYS[3], generation, 'PX', ARGV[6])
return generation
`)

/**
 * What connection ARGV 6 missed behind the place ARGV 7 (epoch) and 8 (number), within the window ARGV 9: whether it is
 * the current one, and the messages while it was. KEYS 3: the record.
 */
export const CATCH_UP = makeScript(
  HELD,
  `
local key, after = KEYS[3], tonumber(ARGV[8])
local epoch, newest, current, at = unpack(redis.call('HMGET', key, 'e', 's', 'c', 'as'))
if epoch ~= ARGV[7] or current == '' then return {1} end
local mine = current == ARGV[6]
local last = tonumber(mine and newest or at)
if last <= after then return {mine and 1 or 0, {}} end
dropOverdue(key, tonumber(ARGV[9]))
local dropped = newest - redis.call('LLEN', key .. ':held')
if after < dropped then return {mine and 1 or 0} end
return {mine and 1 or 0, redis.call('LRANGE', key .. ':held', after - dropped, last - dropped - 1)}
`,
)
