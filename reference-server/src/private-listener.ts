/** The private listener; it alone knows what operators and their probes may ask. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ScrapedMetrics } from './metrics.ts'

/** A listener that runs. */
export interface PrivateListener {
  url: string
  stop(): Promise<void>
}

/**
 * Serves `/livez`, `/readyz` and `/metrics` on an address that the public does not reach.
 * Rejects where the address cannot be listened on.
 */
export async function startPrivateListener(
  address: { host: string; port: number },
  state: { isDraining(): boolean; isReady(): boolean; metrics: ScrapedMetrics },
): Promise<PrivateListener> {
  const server = createServer(async (request, response) => {
    const respond = (status: number, text: string, mediaType = 'text/plain'): void => {
      response.writeHead(status, { 'content-type': mediaType }).end(text)
    }
    if (request.url === '/livez') respond(200, 'alive\n')
    else if (request.url === '/readyz') {
      if (state.isReady()) respond(200, 'ready\n')
      else respond(503, state.isDraining() ? 'draining\n' : 'the broker is unavailable\n')
    } else if (request.url === '/metrics')
      respond(200, await state.metrics.scrape(), state.metrics.mediaType)
    else respond(404, 'try /livez, /readyz or /metrics\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
