/** Free ports: it alone knows how one is found for who must name an address before somebody listens there. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** A port of a host that nobody listens on. Rejects where the host is none of this machine. */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
