/** Posts with a key in the shared store: it alone knows which are running on which node, and which answers are kept. */

import type { Broker, Claim, FirstPost } from '../../broker-port.ts'
import { makeScript } from './script.ts'
import type { Steps } from './steps.ts'

// Of a post: d what tells its body from others, n the node that carries it out, a its answer and at when that was
// given, in milliseconds since 1970; and what was accepted of it so far, by number.
const FORGET = `
local kept, running, results = prefix .. ':kept', prefix .. ':running', prefix .. ':results'
local function forget(windowMs)
  local due = whole(now() - windowMs)
  local old = redis.call('ZRANGE', kept, '-inf', due, 'BYSCORE', 'LIMIT', 0, 1000)
  for _, entry in ipairs(old) do
    local count, post = string.match(entry, '^(%d+) (.*)$')
    redis.call('DECRBY', results, count)
    redis.call('DEL', post)
    redis.call('ZREM', kept, entry)
  end
end
`

// ARGV 6: digest, 7: window. KEYS 3: the post.
const CLAIM = makeScript(
  FORGET,
  `
local post = KEYS[3]
forget(tonumber(ARGV[7]))
local count = tonumber(redis.call('GET', results) or 0) + redis.call('ZCARD', running)
local oldest = redis.call('ZRANGE', kept, 0, 0, 'WITHSCORES')[2] or ''
if type(oldest) == 'table' then oldest = oldest.double or '' end
local digest, holder, answer, at = unpack(redis.call('HMGET', post, 'd', 'n', 'a', 'at'))
local abandoned = digest and not answer and holder ~= node
  and redis.call('EXISTS', prefix .. ':lease:' .. holder) == 0
if digest and not (abandoned and digest == ARGV[6]) then
  return {count, oldest, digest, at, answer or ''}
end
local time = whole(now())
redis.call('HSET', post, 'd', ARGV[6], 'n', node, 'at', time)
redis.call('ZADD', running, time, post)
redis.call('PEXPIRE', post, 86400000)
return {count, oldest}
`,
)

// ARGV 6: digest, 7: answer, 8: results. KEYS 3: the post.
const KEEP = makeScript(
  FORGET,
  `
local post, time = KEYS[3], whole(now())
redis.call('ZREM', running, post)
redis.call('HSET', post, 'd', ARGV[6], 'a', ARGV[7], 'at', time)
redis.call('PERSIST', post)
redis.call('ZADD', kept, time, ARGV[8] .. ' ' .. post)
redis.call('INCRBY', results, ARGV[8])
return 1
`,
)

// KEYS 3: the post.
const RELEASE = makeScript(
  FORGET,
  `
redis.call('ZREM', running, KEYS[3])
if redis.call('HEXISTS', KEYS[3], 'a') == 0 then redis.call('DEL', KEYS[3]) end
return 1
`,
)

/** Every script of posts with a key. */
export const ANSWER_SCRIPTS = [CLAIM, KEEP, RELEASE]

type Found = [results: number, oldestAt: string, digest?: string, at?: string, answer?: string]

/**
 * The part of a broker that keeps the answers of posts with a key. What a node that died was carrying out may be
 * carried out again by any other, which finds what was accepted of it.
 */
export function makeAnswers(
  steps: Steps,
  windowMs: () => number,
): Pick<Broker, 'claim' | 'keepAnswer' | 'release'> {
  const keyOf = (scope: string): string[] => [steps.names().post(scope)]
  return {
    claim: async ({ scope, digest }): Promise<Claim> => {
      const found: Found = await steps.write(CLAIM, keyOf(scope), [digest, windowMs()])
      const [results, oldestAt, firstDigest, at, answer] = found
      return {
        results,
        oldestAtMs: oldestAt === '' ? undefined : Number(oldestAt),
        first:
          firstDigest === undefined
            ? undefined
            : {
                digest: firstDigest,
                answeredAtMs: Number(at),
                ...(answer && { answer: JSON.parse(answer) as NonNullable<FirstPost['answer']> }),
              },
      }
    },
    keepAnswer: async ({ scope, digest }, answer, results) => {
      await steps.write(KEEP, keyOf(scope), [digest, JSON.stringify(answer), results])
    },
    release: async ({ scope }) => {
      await steps.write(RELEASE, keyOf(scope), [])
    },
  }
}
