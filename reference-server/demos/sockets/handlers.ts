/** The three handlers of the article on sockets, on the application helper: echo, broadcast, and who left. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Application,
  WebhookRefusedError,
} from '@channel-protocol/reference-server/application'
import { type Hall, onClosed, onMessage } from './talk.ts'

const longestBodyBytes = 256 * 1024

/** Handlers that listen. */
export interface RunningHandlers {
  /** The application base to give to the service. */
  url: string
  stop(): Promise<void>
}

/** Everybody is every socket of the service. */
function makeHall(application: Application): Hall {
  return {
    tell: (socket, text) => application.sendSocketMessage(socket, text),
    tellAll: (text) => application.broadcastSocketMessage(text),
  }
}

/** Starts the handlers on a port that the system chooses; `application` is asked for when the first webhook arrives. */
export async function startHandlers(application: () => Application): Promise<RunningHandlers> {
  async function handle(request: IncomingMessage): Promise<void> {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > longestBodyBytes) throw new Error('a webhook of the service is not that long')
      chunks.push(chunk)
    }
    const webhook = { headers: request.headers, body: Buffer.concat(chunks) }
    const helper = application()
    const route = request.url?.split('/')[3]
    if (route === 'handshake') await helper.parseWebhook(webhook, 'handshake')
    else if (route === 'message')
      await onMessage(makeHall(helper), await helper.parseWebhook(webhook, 'message'))
    else if (route === 'closed')
      await onClosed(makeHall(helper), await helper.parseWebhook(webhook, 'closed'))
    else await helper.parseWebhook(webhook, 'started')
  }

  const server = createServer((request, response) => {
    handle(request).then(
      () => response.writeHead(204).end(),
      (cause: unknown) =>
        response.writeHead(cause instanceof WebhookRefusedError ? cause.status : 500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
