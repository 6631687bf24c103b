/** Sockets in the shared store: it alone knows which node has which of them, and whose end is owed. */
import type { Broker, OwedSocket, SocketEnd, SocketFacts } from '../../broker-port.ts'
import { makeScript } from './script.ts'
import type { Steps } from './steps.ts'

// `sockets` has the node of every id about which something is owed, `sockets:<node>` what is owed by that node: a line
// with the facts and, where it ended, a line with its end.

/** Lua: makes what a node owed of its sockets owed by this one, and answers it. */
export const TAKE_SOCKETS = `
local function takeSockets(dead)
  local owed = redis.call('HGETALL', prefix .. ':sockets:' .. dead)
  local taken = {}
  for i = 1, #owed, 2 do
    redis.call('HSET', prefix .. ':sockets', owed[i], node)
    redis.call('HSET', prefix .. ':sockets:' .. node, owed[i], owed[i + 1])
    taken[#taken + 1] = owed[i + 1]
  end
  redis.call('DEL', prefix .. ':sockets:' .. dead)
  return taken
end
`

/** Notes a socket of this node. ARGV 6: id, 7: the line of its facts. */
const NOTE = makeScript(`
redis.call('HSET', prefix .. ':sockets', ARGV[6], node)
redis.call('HSET', prefix .. ':sockets:' .. node, ARGV[6], ARGV[7])
return 1
`)

/** Notes the end of a socket that this node owes. ARGV 6: id, 7: the line of its end. */
const END = makeScript(`
local owed = prefix .. ':sockets:' .. node
local noted = redis.call('HGET', owed, ARGV[6])
if not noted then return 0 end
redis.call('HSET', owed, ARGV[6], string.match(noted, '^[^\\n]*') .. '\\n' .. ARGV[7])
return 1
`)

/** Forgets a socket, unless another node owes its end. ARGV 6: id. */
const FORGET = makeScript(`
if redis.call('HDEL', prefix .. ':sockets:' .. node, ARGV[6]) == 1 then
  redis.call('HDEL', prefix .. ':sockets', ARGV[6])
end
return 1
`)

/** Every script that notes sockets. */
export const SOCKET_SCRIPTS = [NOTE, END, FORGET]

/** What was noted of a socket whose end is owed. */
export function readOwedSocket(noted: string): OwedSocket {
  const [facts = '', end] = noted.split('\n')
  return {
    socket: JSON.parse(facts) as SocketFacts,
    end: end === undefined ? undefined : (JSON.parse(end) as SocketEnd),
  }
}

/** The part of a broker that notes which sockets are owed their end. */
export function makeSocketNotes(
  steps: Steps,
): Pick<Broker, 'noteSocket' | 'noteSocketEnd' | 'forgetSocket'> {
  return {
    noteSocket: async ({ id, path, epoch }) => {
      await steps.write(NOTE, [], [id, JSON.stringify({ id, path, epoch })])
    },
    noteSocketEnd: async (id, { code, reason, atMs }) => {
      await steps.write(END, [], [id, JSON.stringify({ code, reason, atMs })])
    },
    forgetSocket: async (id) => {
      await steps.write(FORGET, [], [id])
    },
  }
}
