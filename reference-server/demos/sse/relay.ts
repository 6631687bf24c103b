/** A stand-in for the network: passes bytes on, and cuts every connection when it is told to. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A relay that runs. */
export interface Relay {
  /** Host and port to connect to instead of the target. */
  authority: string
  /** Ends all connections without a word, as a network does that fails; new ones are taken. */
  cut(): void
  stop(): void
}

/** Starts a relay on loopback to the host and port of a URL of `http`. Rejects where nothing can be listened on. */
export function startRelay(target: URL): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const service = connect(Number(target.port || 80), target.hostname)
    const ends = [client, service] as const
    for (const end of ends) {
      sockets.add(end)
      end.on('error', () => end.destroy())
      end.once('close', () => {
        for (const other of ends) other.destroy()
        sockets.delete(end)
      })
    }
    client.pipe(service).pipe(client)
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const stop = (): void => {
        server.close()
        cut()
      }
      resolve({ authority: `127.0.0.1:${port}`, cut, stop })
    })
  })
}
