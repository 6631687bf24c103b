/** Scripts of the shared store: it alone knows what each of them begins with, which is what fences a node off. */
import { createHash } from 'node:crypto'

/** One atomic step in the store. */
export interface Script {
  readonly lua: string
  /** Name under which the store remembers it. */
  readonly sha: string
}

/**
 * Every script is called with the same first keys, `store` and `lease`, and the same first arguments: generation of
 * the store, id of the node, the time in milliseconds or nothing for the store's own, the number of this write or
 * nothing for a read, and the prefix of all keys. What a script needs beside them follows.
 */
export const OWN_KEYS = 2

/** As `OWN_KEYS`, of the arguments. */
export const OWN_ARGUMENTS = 5

/** Begins the error of a node whose store is not the one that it knew. */
export const LOST = 'LOST'

/** Begins the error of a node whose lease ran out. */
export const LAPSED = 'LAPSED'

const FENCE = `
local store, lease = KEYS[1], KEYS[2]
local gen, node, given, mark, prefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('HGET', store, 'gen') ~= gen then
  return redis.error_reply('${LOST} the store is another than this node knew')
end
`

const LEASE = `
if redis.call('EXISTS', lease) == 0 then
  return redis.error_reply('${LAPSED} the lease of this node ran out')
end
if mark ~= '' then redis.call('HSET', prefix .. ':marks', node, mark) end
`

const TIME = `
local function whole(number) return string.format('%.0f', number) end
local function now()
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`

// The store's time, so that no node's clock decides; and above all that were issued, should the store's be set back.
const EPOCHS = `
local function begin()
  local time = redis.call('TIME')
  local newest = tonumber(redis.call('HGET', store, 'epoch') or 0)
  local epoch = whole(math.max(time[1] * 1000000 + time[2], newest + 1))
  redis.call('HSET', store, 'epoch', epoch)
  return epoch
end
`

/** A script of a node that holds its lease. */
export function makeScript(...parts: readonly string[]): Script {
  return seal([FENCE, LEASE, TIME, EPOCHS, ...parts])
}

/** A script of a node that may have no lease yet. */
export function makeLooseScript(...parts: readonly string[]): Script {
  return seal([FENCE, TIME, EPOCHS, ...parts])
}

/** A script that belongs to no generation of the store: nothing stands before it. */
export function makeFreeScript(lua: string): Script {
  return seal([lua])
}

function seal(parts: readonly string[]): Script {
  const lua = parts.join('')
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}
