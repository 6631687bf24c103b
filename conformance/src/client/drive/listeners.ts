/** Listens on as many loopback ports as are wanted, and ends them together with all that is connected. */

import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** What every port answers. */
export interface Answering {
  readonly request: RequestListener
  readonly upgrade: (request: IncomingMessage, tcp: Duplex, head: Buffer) => void
}

/** Ports that answer alike. */
export interface Listeners {
  /** Opens one more, which the system chooses, and returns its number. */
  open(): Promise<number>
  stop(): Promise<void>
}

/** Makes none yet. */
export function makeListeners({ request, upgrade }: Answering): Listeners {
  const connected = new Set<Duplex>()
  const stops: (() => Promise<void>)[] = []
  return {
    async open() {
      const server = createServer(request)
      // What the checks hold open they hold for long, and what has no end yet is ended by `stop`.
      server.requestTimeout = 0
      server.on('upgrade', upgrade)
      server.on('connection', (tcp) => {
        connected.add(tcp)
        tcp.on('close', () => connected.delete(tcp))
      })
      const { promise, resolve } = Promise.withResolvers<void>()
      server.listen(0, '127.0.0.1', resolve)
      // A port that is not open yet is ended too: it would keep the process.
      stops.push(async () => {
        await promise
        await new Promise<void>((ended) => {
          server.close(() => ended())
        })
      })
      await promise
      return (server.address() as AddressInfo).port
    },
    async stop() {
      const stopping = stops.map((stop) => stop())
      for (const tcp of connected) tcp.destroy()
      await Promise.all(stopping)
    },
  }
}
