/** Ports for programs that cannot be told to choose one themselves. */

import { type AddressInfo, createServer } from 'node:net'

const given = new Set<number>()

/** A loopback port that was free a moment ago, and that nobody else here was given. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  if (given.has(port)) return freePort()
  given.add(port)
  return port
}
