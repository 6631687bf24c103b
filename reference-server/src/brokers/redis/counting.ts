/** Scripts that count and hold: they alone know how messages and broadcasts are numbered and kept in the store. */
import { makeScript } from './script.ts'

// The store forgets by its own clock; u is kept where another is given.
/** Lua: the record of a client id or of the broadcasts, begun where there is none, and used now; read in one call, as each costs the store. */
export const RECORD = `
local function forgetDue(key, forgetMs)
  if given == '' or forgetMs == 0 or redis.call('HGET', key, 'on') == '1' then return end
  local used = redis.call('HGET', key, 'u')
  if used and now() - used > forgetMs then redis.call('DEL', key) end
  if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'u', given) end
end
local function use(key, forgetMs)
  forgetDue(key, forgetMs)
  local epoch, version, online, current, home =
    unpack(redis.call('HMGET', key, 'e', 'v', 'on', 'c', 'n'))
  if not epoch then
    epoch, version = begin(), '0'
    redis.call('HSET', key, 'e', epoch, 's', 0, 'v', 0, 'u', given)
  end
  if forgetMs > 0 and online ~= '1' then redis.call('PEXPIRE', key, forgetMs) end
  return epoch, version, current, home
end
`

// An entry is the time of its acceptance and its data. Numbers need not be kept: what is held is always the newest, so
// the first has the number s - length + 1. The ledger has one line for each entry, in the order of all, so that time
// and the bound on all bytes together reach the oldest of all; its lines of what another bound dropped are stale.
/** Lua: what is held, and how it is let go. */
export const HELD = `
local ledger, total = prefix .. ':ledger', prefix .. ':total'
local function drop(key)
  local entry = redis.call('LPOP', key .. ':held')
  local bytes = #entry - string.find(entry, ':', 1, true)
  local left = redis.call('EXISTS', key) == 1 and redis.call('HINCRBY', key, 'b', -bytes)
  return left, redis.call('DECRBY', total, bytes)
end
local function acceptedAt(entry) return tonumber(string.match(entry, '^%d+')) end
local function dropOldest(isDue)
  local line = redis.call('LINDEX', ledger, 0)
  if not line then
    redis.call('DEL', total)
    return false
  end
  local seq, key = string.match(line, '^(%d+) (.*)$')
  local oldest = redis.call('LINDEX', key .. ':held', 0)
  local newest = tonumber(redis.call('HGET', key, 's') or 0)
  local first = newest - redis.call('LLEN', key .. ':held') + 1
  local stale = not oldest or first > tonumber(seq)
  if not stale and not isDue(oldest) then return false end
  redis.call('LPOP', ledger)
  if not stale then drop(key) end
  return true
end
local function sweep(windowMs)
  local time = now()
  while dropOldest(function(entry) return time - acceptedAt(entry) > windowMs end) do end
end
local function dropOverdue(key, windowMs)
  local time = now()
  local oldest = redis.call('LINDEX', key .. ':held', 0)
  while oldest and time - acceptedAt(oldest) > windowMs do
    drop(key)
    oldest = redis.call('LINDEX', key .. ':held', 0)
  end
end
`

const HOLD = `
local function hold(key, seq, data, time, most, mostBytes, mostTotal)
  local held = key .. ':held'
  redis.call('RPUSH', ledger, seq .. ' ' .. key)
  local length = redis.call('RPUSH', held, time .. ':' .. data)
  local bytes = redis.call('HINCRBY', key, 'b', #data)
  local sum = redis.call('INCRBY', total, #data)
  while length > most or bytes > mostBytes do
    bytes, sum = drop(key)
    length = length - 1
  end
  while sum > mostTotal do
    if not dropOldest(function() return true end) then break end
    sum = redis.call('GET', total) + 0
  end
  return redis.call('EXISTS', held)
end
`

// In one text, as each argument costs the node: whether it is held, how long the counters are kept (0: always), the
// window and the three bounds. What was accepted is answered as the numbers of `Taken`, but for the last two.
const ACCEPT = `
local holds, forgetMs, windowMs, most, mostBytes, mostTotal =
  string.match(ARGV[6], '^(%d) (%d+) (%d+) (%d+) (%d+) (%d+)$')
-- Before anything is counted: what is held goes up to the newest number.
if holds == '1' then sweep(tonumber(windowMs)) end
local time = whole(now())
local function accept(key, data, post, act)
  local known = post and redis.call('HGET', post, act)
  if known then return known, true end
  local epoch, version, current, home = use(key, tonumber(forgetMs))
  local seq = redis.call('HINCRBY', key, 's', 1)
  local stored = -1
  if holds == '1' then
    stored = hold(key, seq, data, time, tonumber(most), tonumber(mostBytes), tonumber(mostTotal))
  end
  local taken = epoch .. ',' .. seq .. ',' .. version .. ',' .. stored
  if post and redis.call('EXISTS', post) == 1 then redis.call('HSET', post, act, taken) end
  return taken, false, epoch, seq, current, home
end
`

/**
 * Accepts messages: counts and holds each, and publishes them for the nodes that have the current connections, all of
 * one node in one list of record, connection, epoch, number and data. KEYS 3 and on: their records, and behind these
 * the post with a key that they are parts of, or nothing. ARGV 6: as above, 7: the data of each, as one JSON text, 8:
 * likewise their parts of the post, or nothing. Answers `Taken` of each, as JSON.
 */
export const ACCEPT_MESSAGES = makeScript(
  RECORD,
  HELD,
  HOLD,
  ACCEPT,
  `
local answers, homes, lists = {}, {}, {}
local texts, acts = cjson.decode(ARGV[7]), ARGV[8] and cjson.decode(ARGV[8]) or {}
local post = KEYS[3 + #texts]
for i, data in ipairs(texts) do
  local key = KEYS[2 + i]
  local taken, again, epoch, seq, current, home = accept(key, data, post, acts[i])
  answers[i] = taken
  if again then
    homes[i] = 'again'
  elseif current and current ~= '' then
    lists[home] = lists[home] or {}
    table.insert(lists[home], {key, current, epoch, seq, data})
    homes[i] = home
  end
end
local carried = {}
for home, list in pairs(lists) do
  carried[home] = math.min(redis.call('SPUBLISH', prefix .. ':node:' .. home, cjson.encode(list)), 1)
end
for i, taken in ipairs(answers) do
  local again = homes[i] == 'again' and 1 or 0
  answers[i] = '[' .. taken .. ',' .. (carried[homes[i]] or 0) .. ',' .. again .. ']'
end
return '[' .. table.concat(answers, ',') .. ']'
`,
)

/**
 * Accepts a broadcast: counts, holds, publishes it for every node, and adds their connections up. KEYS 3: the record,
 * which is the name of its channel too, 4: the post with a key that this is, or nothing. ARGV 6: as above, 7: data,
 * 8: the part of the post. Answers `Taken`, as JSON.
 */
export const ACCEPT_BROADCAST = makeScript(
  RECORD,
  HELD,
  HOLD,
  ACCEPT,
  `
local taken, again, epoch, seq = accept(KEYS[3], ARGV[7], KEYS[4], ARGV[8])
if again then return '[' .. taken .. ',0,1]' end
redis.call('SPUBLISH', KEYS[3], 'b ' .. epoch .. ' ' .. seq .. ' ' .. ARGV[7])
local carried = 0
for _, count in ipairs(redis.call('HVALS', prefix .. ':counts')) do carried = carried + count end
return '[' .. taken .. ',' .. carried .. ',0]'
`,
)

/** The counters of KEYS 3, begun where there are none. ARGV 6: how long they are kept, 0 for always. */
export const OPEN = makeScript(
  RECORD,
  `
local epoch = use(KEYS[3], tonumber(ARGV[6]))
return {epoch, redis.call('HGET', KEYS[3], 's'), redis.call('HGET', KEYS[3], 'v')}
`,
)

/**
 * What is held of KEYS 3 behind the place ARGV 6 (epoch) and 7 (number), within the window ARGV 8, where
 * counters are kept for ARGV 9: the number before the first, and the entries; nothing where the place cannot be continued.
 */
export const REPLAY = makeScript(
  RECORD,
  HELD,
  `
local key, after = KEYS[3], tonumber(ARGV[7])
forgetDue(key, tonumber(ARGV[9]))
if redis.call('HGET', key, 'e') ~= ARGV[6] then return {} end
dropOverdue(key, tonumber(ARGV[8]))
local newest = tonumber(redis.call('HGET', key, 's'))
local dropped = newest - redis.call('LLEN', key .. ':held')
if after < dropped or after > newest then return {} end
return {after, redis.call('LRANGE', key .. ':held', after - dropped, -1)}
`,
)

/** Lets go what was held longer than the window ARGV 6, and answers how many bytes are left. */
export const SWEEP = makeScript(
  HELD,
  `
sweep(tonumber(ARGV[6]))
return tonumber(redis.call('GET', total) or 0)
`,
)
