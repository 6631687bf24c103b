/** Noise in valid traffic: what the specification has a service ignore, and what HTTP and JSON leave open. */

import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import { writeGreased } from './grease-json.ts'
import { greaseSocket } from './grease-wire.ts'
import { makeRandom, type Random } from './random.ts'

/** A greased body, in the chunks in which it is sent; one that has none has a Content-Length. */
export interface GreasedBody {
  readonly body: string
  readonly chunks?: readonly Buffer[]
}

/** The noise of one run: a call of the same role has the same noise in every run of the same seed. */
export interface Grease {
  /** The text of a JSON body; undefined of one so long that its size may be what a check is about. */
  body(as: string, path: string, value: unknown): GreasedBody | undefined
  /** The query of a call, with a parameter that nobody knows where chance has it. */
  query(as: string, path: string, query: string): string
  /** Greases what a WebSocket or HTTP client writes on this socket. */
  socket(socket: Socket): void
  /** Connects as undici does, with greased sockets. */
  readonly connector: (timeoutMs: number) => buildConnector.connector
}

/** Longest body that is greased, in characters. */
const LONGEST = 1000

/** Makes the noise of a seed. */
export function makeGrease(seed: number): Grease {
  const randomFor = (...about: readonly string[]): Random =>
    makeRandom(`${seed} ${about.map(mask).join(' ')}`)
  const socket = (plain: Socket): void => greaseSocket(plain, (head) => randomFor(head))
  return {
    body(as, path, value) {
      const plain = JSON.stringify(value)
      if (plain.length > LONGEST) return undefined
      const random = randomFor(as, path, plain)
      const body = writeGreased(value, random)
      return random.below(2) === 0 ? { body } : { body, chunks: cutInChunks(body, random) }
    },
    query(as, path, query) {
      const random = randomFor(as, path, query)
      if (random.below(2) === 0) return query
      return `${query}${query && '&'}x-grease=${random.below(10_000)}`
    },
    socket,
    connector(timeoutMs) {
      const connect = buildConnector({ timeout: timeoutMs })
      return (options, callback) =>
        connect(options, (...result) => {
          const [error, plain] = result
          if (!error) socket(plain)
          callback(...result)
        })
    },
  }
}

/** What differs from run to run must not decide: names that a check made up, secrets and ports. */
function mask(text: string): string {
  return text
    .replace(/(sec-websocket-key: *)\S+/i, '$1')
    .replace(/[A-Za-z0-9+=_.~-]{16,}/g, '-')
    .replace(/:\d+/g, ':')
}

function cutInChunks(text: string, random: Random): Buffer[] {
  const bytes = Buffer.from(text)
  const cut = 1 + random.below(Math.max(1, bytes.length - 1))
  return [bytes.subarray(0, cut), bytes.subarray(cut)].filter((chunk) => chunk.length > 0)
}
