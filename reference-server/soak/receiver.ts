/** The application's receiver of webhooks: it alone knows what the service has told it, and when it does not listen. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { makePresenceBook, type PresenceBook } from '../application/presence-book.ts'
import { makeParseWebhook, type Webhook } from '../application/webhook.ts'
import { makeWebhookMemory } from '../application/webhook-memory.ts'
import { findFreePort } from '../demos/free-port.ts'

/** How a receiver that is away is away: connections are refused, calls are answered with 503, or not at all. */
export type Absence = 'refusing' | 'failing' | 'silent'

/** A receiver, and the model of the world that it has from webhooks alone. */
export interface Receiver {
  /** Flags that make a server send its webhooks here. */
  flags: readonly string[]
  /** Who is online, as far as webhooks say. */
  book: PresenceBook
  /** Ids of the sockets that are open, as far as webhooks say, and the epoch of each. */
  sockets: ReadonlyMap<string, number>
  /** Why webhooks were refused: malformed, not the service's own, too old. Each kind once. */
  refusals(): readonly string[]
  goAway(how: Absence): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** What is done on webhooks that are new. */
export interface ReceiverParts {
  /** The clock that the age of webhooks is judged by; the system's where absent. */
  clock?: { nowMs(): number }
  /** Hears of each webhook that is new by its id, before it is answered. */
  onWebhook?(webhook: Webhook): void
}

const SECRET = DEVELOPMENT.webhook_secrets[0]

/** Starts a receiver on a port that the system chooses. */
export async function startReceiver(parts: ReceiverParts = {}): Promise<Receiver> {
  const { clock = { nowMs: () => Date.now() }, onWebhook } = parts
  const parse = makeParseWebhook({ secrets: [SECRET], clock })
  const memory = makeWebhookMemory(clock)
  const book = makePresenceBook()
  const sockets = new Map<string, number>()
  let absence: Absence | undefined
  const refusals = new Set<string>()

  function take(webhook: Webhook): void {
    if (memory.knows(webhook.webhookId)) return
    memory.remember(webhook.webhookId)
    if (webhook.event === 'connected' || webhook.event === 'disconnected') book.note(webhook)
    if (webhook.event === 'started') {
      book.started(webhook.epoch)
      for (const [id, epoch] of sockets) if (epoch < webhook.epoch) sockets.delete(id)
    }
    if (webhook.event === 'handshake') sockets.set(webhook.socket, webhook.epoch)
    if (webhook.event === 'closed') sockets.delete(webhook.socket)
    onWebhook?.(webhook)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    if (absence === 'silent') return
    if (absence) {
      response.writeHead(503).end()
      return
    }
    try {
      take(await parse({ headers: request.headers, body, url: request.url ?? '' }))
      response.writeHead(204).end()
    } catch (cause) {
      refusals.add(`${request.url?.split('?')[0]}: ${(cause as Error).message}`)
      response.writeHead(400).end()
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const hangUp = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const port = await findFreePort('127.0.0.1')
  await listen(port)

  return {
    flags: ['--application-base', `http://127.0.0.1:${port}`, '--webhook-secret', SECRET],
    book,
    sockets,
    refusals: () => [...refusals],
    goAway: async (how) => {
      absence = how
      if (how === 'refusing') await hangUp()
    },
    comeBack: async () => {
      const was = absence
      absence = undefined
      if (was === 'refusing') await listen(port)
      else server.closeAllConnections()
    },
    stop: hangUp,
  }
}
