/** The composition root of the chat: it alone knows how rules, ports and the listener are joined. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeApplication } from '@channel-protocol/reference-server/application'
import { makeChat } from './chat.ts'
import { makeMovableClock } from './clock.ts'
import { makeListener } from './http.ts'
import type { ChatFault, ChatParts, ChatSettings, Complain } from './parts.ts'
import { makeRoutes } from './routes.ts'
import { makeChatRules } from './rules/rule-book.ts'

const requestMs = 10_000

/** A chat that runs. */
export interface RunningChat {
  /** Public base, without a slash at its end. */
  baseUrl: string
  /** Moves the clock of clean-up, and nothing else, ahead by so many seconds. */
  advance(seconds: number): void
  /** Ends everything at once. */
  stop(): Promise<void>
}

/** An address that is listened on already, so that a service can be told it before the chat is there. */
export interface Listener {
  server: Server
  /** Base of the address, without a slash at its end. */
  url: string
}

function makeRandomId(): string {
  return randomBytes(16).toString('base64url')
}

/** Listens; requests wait for the chat that is started on it. Rejects where the address cannot be listened on. */
export async function listen(host: string, port: number): Promise<Listener> {
  const server = createServer({ headersTimeout: requestMs, requestTimeout: requestMs })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  const { port: chosen } = server.address() as AddressInfo
  return { server, url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}` }
}

/**
 * Starts a chat on a listener.
 * @param faults named defects that are applied before anything is joined
 */
export function startPushChat(
  settings: ChatSettings,
  listener: Listener,
  complain: Complain,
  faults: readonly ChatFault[] = [],
): RunningChat {
  const userClock = makeMovableClock()
  const parts: ChatParts = {
    settings,
    rules: makeChatRules(),
    application: makeApplication({
      baseUrl: settings.serviceUrl,
      applicationKey: settings.applicationKey,
    }),
    userClock,
    wallClock: makeMovableClock(),
    makeClientId: makeRandomId,
    makeSessionId: makeRandomId,
    complain,
  }
  for (const fault of faults) fault.apply(parts)
  const baseUrl = (settings.baseUrl ?? listener.url).replace(/\/+$/, '')
  const { origin } = new URL(baseUrl)
  const chat = makeChat(parts)
  listener.server.on('request', makeListener(makeRoutes(chat, parts, origin)))
  return {
    baseUrl,
    advance: (seconds) => userClock.advance(seconds * 1000),
    async stop() {
      chat.stop()
      const closed = new Promise<void>((resolve) => listener.server.close(() => resolve()))
      listener.server.closeAllConnections()
      await Promise.all([closed, parts.application.stop()])
    },
  }
}
