/** Free ports: it alone knows how one is found for who must name an address before somebody listens there. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below those that a system gives to connections and to whoever asks for any port, so that none of them takes it first.
const FIRST = 20_000
const LAST = 32_767

let next = randomInt(FIRST, LAST + 1)

/** A port of a host that nobody listens on; the next call gets another. Rejects where the host is none of this machine. */
export async function findFreePort(host: string): Promise<number> {
  for (let tried = FIRST; tried <= LAST; tried += 1) {
    const port = next
    next = port < LAST ? port + 1 : FIRST
    if (await isFree(host, port)) return port
  }
  throw new Error(`no port of ${host} from ${FIRST} to ${LAST} is free: end programs that listen`)
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer().listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
}
