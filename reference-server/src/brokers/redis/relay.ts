/** What nodes ask of one another: it alone knows how a text reaches sockets of other nodes, and how their answers come back. */
import type { NodeEvents, Shared } from '../../broker-port.ts'
import { inTime, type Link, makeUnavailable } from './link.ts'
import { makeScript, type Script } from './script.ts'
import type { Steps } from './steps.ts'

// On a node's channel: `s <number> <node that asks> <ids> <text>` for some sockets, `b <number> <node> <text>` for all,
// and `r <number> <node that answers> <answer>`: a digit for each id, or how many there were.

/**
 * Brings a text to the nodes of sockets. ARGV 6: number, 7: text, and behind it the ids. Answers of each id its node, or
 * nothing where there is none or nobody hears it.
 */
const SEND = makeScript(`
local places, named = {}, {}
for i = 8, #ARGV do
  local place = redis.call('HGET', prefix .. ':sockets', ARGV[i])
  if not place or place == node then place = '' end
  places[i - 7] = place
  if place ~= '' then
    named[place] = named[place] or {}
    table.insert(named[place], ARGV[i])
  end
end
for place, ids in pairs(named) do
  local asked = 's ' .. ARGV[6] .. ' ' .. node .. ' ' .. table.concat(ids, ',') .. ' ' .. ARGV[7]
  if redis.call('SPUBLISH', prefix .. ':node:' .. place, asked) == 0 then
    for i = 1, #places do
      if places[i] == place then places[i] = '' end
    end
  end
end
return places
`)

/**
 * Brings a text to every other node that has sockets and may have them still, or, where one of these hears nothing, to
 * none. ARGV 6: number, 7: text. Answers the nodes.
 */
const BROADCAST = makeScript(`
local others, all = {}, redis.call('HGETALL', prefix .. ':nodes')
for i = 1, #all, 2 do
  local other = all[i]
  local lives = all[i + 1] == 'here' and redis.call('EXISTS', prefix .. ':lease:' .. other) == 1
  if other ~= node and lives and redis.call('EXISTS', prefix .. ':sockets:' .. other) == 1 then
    if redis.call('PUBSUB', 'SHARDNUMSUB', prefix .. ':node:' .. other)[2] == 0 then
      return redis.error_reply('DEAF a node that has sockets cannot be reached')
    end
    others[#others + 1] = other
  end
end
for _, other in ipairs(others) do
  redis.call('SPUBLISH', prefix .. ':node:' .. other, 'b ' .. ARGV[6] .. ' ' .. node .. ' ' .. ARGV[7])
end
return others
`)

/** Every script by which nodes ask one another. */
export const RELAY_SCRIPTS = [SEND, BROADCAST]

/** Questions that may wait for their answers. */
const MOST_ASKED = 10_000

/** What this service takes for the id of a socket; nothing else is looked for. */
const SOCKET_ID = /^[\w-]{20,64}$/

/** A question to other nodes. */
interface Question {
  /** What was answered, by node. */
  answers: Map<string, string>
  noteAnswer(): void
}

/** What relaying is built of. */
export interface RelayParts {
  link: Pick<Link, 'send'>
  steps: Steps
  hasLease(): boolean
  events(): NodeEvents
}

/** What nodes ask of one another. */
export interface Relay extends Pick<Shared, 'sendToSockets' | 'broadcastToSockets'> {
  /** Takes a message of this node's channel. */
  hear(message: string): void
}

/** Relaying with nothing asked. */
export function makeRelay({ link, steps, hasLease, events }: RelayParts): Relay {
  const questions = new Map<string, Question>()
  let newest = 0

  /** Asks by a script that answers which nodes it asked; resolves with what it answered, and they. */
  async function ask(
    script: Script,
    body: string,
    ids: readonly string[],
  ): Promise<{ places: readonly string[]; answers: ReadonlyMap<string, string> }> {
    if (questions.size >= MOST_ASKED) throw makeUnavailable('too much is asked of other nodes')
    newest += 1
    const number = String(newest)
    const answers = new Map<string, string>()
    let check = (): void => {}
    questions.set(number, { answers, noteAnswer: () => check() })
    try {
      const places = await steps.read<string[]>(script, [], [number, body, ...ids])
      // An answer may be heard before the store's own.
      const isAnswered = (): boolean => places.every((place) => place === '' || answers.has(place))
      if (!isAnswered())
        await inTime(
          new Promise<void>((resolve) => {
            check = () => {
              if (isAnswered()) resolve()
            }
          }),
          'a node that has sockets does not answer',
        )
      return { places, answers }
    } finally {
      questions.delete(number)
    }
  }

  function reply(to: string, number: string, answer: string): void {
    const { node } = steps.standing()
    const channel = steps.names().nodeChannel(to)
    link.send(['SPUBLISH', channel, `r ${number} ${node} ${answer}`]).catch(() => {})
  }

  return {
    hear: (message) => {
      const [kind, number, node, rest] = splitAtSpaces(message)
      if (kind === 'r') {
        const question = questions.get(number)
        question?.answers.set(node, rest)
        question?.noteAnswer()
        return
      }
      // Who may have been given up sends nothing; the others are refused for want of an answer.
      if (!hasLease()) return
      if (kind === 'b') {
        reply(node, number, String(events().broadcastToSockets(rest)))
        return
      }
      const end = rest.indexOf(' ')
      const ids = rest.slice(0, end).split(',')
      const taken = events().sendToSockets(ids, rest.slice(end + 1))
      reply(node, number, taken.map(Number).join(''))
    },
    sendToSockets: async (ids, body) => {
      const looked = ids.filter((id) => SOCKET_ID.test(id))
      if (looked.length === 0) return ids.map(() => false)
      const { places, answers } = await ask(SEND, body, looked)
      const read = new Map<string, number>()
      let at = 0
      return ids.map((id) => {
        const place = SOCKET_ID.test(id) ? (places[at++] ?? '') : ''
        const index = read.get(place) ?? 0
        read.set(place, index + 1)
        return answers.get(place)?.[index] === '1'
      })
    },
    broadcastToSockets: async (body) => {
      const { answers } = await ask(BROADCAST, body, [])
      return [...answers.values()].reduce((sum, count) => sum + Number(count), 0)
    },
  }
}

/** The three words before the rest of a line, and the rest. */
function splitAtSpaces(line: string): [kind: string, number: string, node: string, rest: string] {
  const one = line.indexOf(' ')
  const two = line.indexOf(' ', one + 1)
  const three = line.indexOf(' ', two + 1)
  return [
    line.slice(0, one),
    line.slice(one + 1, two),
    line.slice(two + 1, three),
    line.slice(three + 1),
  ]
}
