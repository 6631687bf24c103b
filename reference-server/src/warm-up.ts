/** Runs what every post runs through before anybody waits for it; it alone knows how a service is exercised that nobody uses. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Client } from 'undici'
import { WebSocket } from 'ws'
import type { Log } from './ports.ts'
import { readSettings, type Settings } from './settings.ts'

/** Three quarters of what a thousand save, in a tenth of a second. */
const POSTS = 400
/** Each takes a part of the posts, well within the rate of one. */
const CLIENTS = 8
/** The longest that a start is held up for, in milliseconds. */
const MOST_MS = 1000

/** Starts a service. */
type Start = (
  settings: Settings,
  surroundings: { log: Log },
) => Promise<{ baseUrl: string; stop(): Promise<void> }>

/**
 * Posts to clients of a service on the loopback that is given up at once. The first thousand posts of a process take two to
 * five times as long as later ones, since code is interpreted first and compiled beside that. Never rejects: a start
 * without it is slower, and nothing else.
 */
export async function warmUp(log: Log, start: Start): Promise<void> {
  const key = randomBytes(32).toString('base64url')
  const flags = ['--host', '127.0.0.1', '--port', '0', '--private-port', '0']
  try {
    const settings = readSettings([...flags, '--application-key', key], {})
    const server = await start(settings, { log })
    const caller = new Client(server.baseUrl)
    const sockets: WebSocket[] = []
    try {
      await exercise(caller, { authorization: `Bearer ${key}` }, sockets)
    } finally {
      for (const socket of sockets) socket.terminate()
      await caller.destroy()
      await server.stop()
    }
  } catch (error) {
    log.warn({ err: error }, 'the warm-up failed; the first posts will take longer')
  }
}

async function exercise(
  caller: Client,
  authorization: { authorization: string },
  sockets: WebSocket[],
): Promise<void> {
  const signal = AbortSignal.timeout(MOST_MS)
  const headers = { ...authorization, 'content-type': 'application/json' }
  const post = async (path: string, body: object): Promise<unknown> => {
    const call = { method: 'POST', path, headers, body: JSON.stringify(body), signal } as const
    const answer = await caller.request(call)
    return answer.body.json()
  }
  const clientIds = Array.from({ length: CLIENTS }, (_, at) => `warm-up-${at}`)
  for (const clientId of clientIds) {
    const minted = await post('/v1/tokens', { client_id: clientId })
    const { token, connect_url } = minted as { token: string; connect_url: string }
    const socket = new WebSocket(connect_url, ['channel-protocol.v1', `channel-token.${token}`])
    sockets.push(socket)
    await once(socket, 'message', { signal })
  }
  for (let posts = 0; posts < POSTS; posts += 1)
    await post('/v1/messages', { client_id: clientIds[posts % CLIENTS], data: 'x'.repeat(128) })
}
