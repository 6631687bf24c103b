/** Ports for programs that cannot be told to choose one themselves. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below those that a system gives to connections and to whoever asks for any port: a port of those could be taken
// by one of them before the program that it was chosen for listens there.
const FIRST = 20_000
const LAST = 32_767

let next = randomInt(FIRST, LAST + 1)

/** A loopback port that was free a moment ago; the next call gets another. Rejects where none is free. */
export async function freePort(): Promise<number> {
  for (let tried = FIRST; tried <= LAST; tried += 1) {
    const port = next
    next = port < LAST ? port + 1 : FIRST
    if (await isFree(port)) return port
  }
  throw new Error(`no port of 127.0.0.1 from ${FIRST} to ${LAST} is free: end programs that listen`)
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
