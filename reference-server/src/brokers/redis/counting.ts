/** Scripts that count and hold: they alone know how messages and broadcasts are numbered and kept in the store. */
import { makeScript } from './script.ts'

// The store forgets by its own clock; u is kept where another is given.
/** Lua: the record of a client id or of the broadcasts, begun where there is none, and used now. */
export const RECORD = `
local function forgetDue(key, forgetMs)
  if given == '' or forgetMs == 0 or redis.call('HGET', key, 'on') == '1' then return end
  local used = redis.call('HGET', key, 'u')
  if used and now() - used > forgetMs then redis.call('DEL', key) end
  if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'u', given) end
end
local function use(key, forgetMs)
  forgetDue(key, forgetMs)
  local epoch = redis.call('HGET', key, 'e')
  if not epoch then
    epoch = begin()
    redis.call('HSET', key, 'e', epoch, 's', 0, 'v', 0, 'u', given)
  end
  if forgetMs > 0 and redis.call('HGET', key, 'on') ~= '1' then
    redis.call('PEXPIRE', key, forgetMs)
  end
  return epoch
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
  if redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, 'b', -bytes) end
  redis.call('DECRBY', total, bytes)
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
local function hold(key, seq, data, most, mostBytes, mostTotal)
  local held = key .. ':held'
  redis.call('RPUSH', ledger, seq .. ' ' .. key)
  local length = redis.call('RPUSH', held, whole(now()) .. ':' .. data)
  local bytes = redis.call('HINCRBY', key, 'b', #data)
  redis.call('INCRBY', total, #data)
  while length > most do
    drop(key)
    length = length - 1
  end
  while redis.call('HGET', key, 'b') + 0 > mostBytes do drop(key) end
  while redis.call('GET', total) + 0 > mostTotal do
    if not dropOldest(function() return true end) then break end
  end
  return redis.call('EXISTS', held)
end
`

// KEYS 3: the record, which is the name of its channel too, 4: the post with a key that this is a part of, or nothing.
// ARGV 6: data, 7: in one text, as each costs the node, whether it is held, how long the counters are kept (0: always),
// the window and the three bounds; 8: the part.
const ACCEPT = `
local key, post = KEYS[3], KEYS[4]
local data, act = ARGV[6], ARGV[8]
local holds, forgetMs, windowMs, most, mostBytes, mostTotal =
  string.match(ARGV[7], '^(%d) (%d+) (%d+) (%d+) (%d+) (%d+)$')
if post then
  local known = redis.call('HGET', post, act)
  if known then
    local e, s, v, stored = string.match(known, '^(%d+) (%d+) (%d+) (-?%d+)$')
    return {e, s, v, tonumber(stored), 0, 1}
  end
end
-- Before it is counted: what is held goes up to the newest number.
if holds == '1' then sweep(tonumber(windowMs)) end
local epoch = use(key, tonumber(forgetMs))
local seq = redis.call('HINCRBY', key, 's', 1)
local version = redis.call('HGET', key, 'v')
local stored = -1
if holds == '1' then
  stored = hold(key, seq, data, tonumber(most), tonumber(mostBytes), tonumber(mostTotal))
end
if post and redis.call('EXISTS', post) == 1 then
  redis.call('HSET', post, act, epoch .. ' ' .. seq .. ' ' .. version .. ' ' .. stored)
end
`

/** Accepts a message: counts, holds, and publishes it for the node that has the current connection. */
export const ACCEPT_MESSAGE = makeScript(
  RECORD,
  HELD,
  HOLD,
  ACCEPT,
  `
local carried = 0
local current = redis.call('HGET', key, 'c')
if current and current ~= '' then
  carried = redis.call('SPUBLISH', key, 'm ' .. current .. ' ' .. epoch .. ' ' .. seq .. ' ' .. data)
end
return {epoch, seq, version, stored, math.min(carried, 1), 0}
`,
)

/** Accepts a broadcast: counts, holds, publishes it for every node, and adds their connections up. */
export const ACCEPT_BROADCAST = makeScript(
  RECORD,
  HELD,
  HOLD,
  ACCEPT,
  `
redis.call('SPUBLISH', key, 'b ' .. epoch .. ' ' .. seq .. ' ' .. data)
local carried = 0
for _, count in ipairs(redis.call('HVALS', prefix .. ':counts')) do carried = carried + count end
return {epoch, seq, version, stored, carried, 0}
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
