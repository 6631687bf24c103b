/** The application's side in a few functions, named as in the originals; it alone knows which call each of them is. */
import {
  demandClientId,
  demandDuration,
  demandMessage,
  demandSocketBody,
  demandSockets,
} from './limits.ts'
import { makeServiceCalls } from './service-calls.ts'
import { makeParseWebhook, type ParseWebhook } from './webhook.ts'

/** Who calls which service, and how. */
export interface ApplicationOptions {
  /** The service's base URL. */
  baseUrl: string
  applicationKey: string
  /** Every live secret; none where no webhook is taken. */
  webhookSecrets?: readonly string[]
  /** The clock that the age of webhooks is judged by; the system's where absent. */
  clock?: { nowMs(): number }
  /** Seconds for one call, 10 where absent. */
  timeoutSeconds?: number
  /** Connections to the service at most, 32 where absent; more calls wait. */
  connections?: number
}

/** What a page needs to connect. */
export interface Channel {
  /** The secret to hand to the page. */
  token: string
  clientId: string
  /** Where the page opens its WebSocket. */
  connectUrl: string
  /** When the token dies, RFC 3339. */
  expiresAt: string
}

/** What the service says about a message that it took. */
export interface SentMessage {
  id: string
  seq: number
  epoch: number
  /** Connections that it was queued to; 0 where nobody was there. */
  connections: number
}

/** What became of a text for one socket. */
export interface SocketResult {
  socket: string
  /** Whether the service took it. */
  delivered: boolean
}

/** Every function that calls the service rejects with ServiceProblemError or ServiceUnreachableError. */
export interface Application {
  /**
   * `create_channel`: asks for a token of a client id that lives for 1 to 1440 minutes, or as long as the
   * service has it where nothing is said. Rejects with InvalidChannelClientIdError or InvalidDurationError before
   * any request.
   */
  createChannel(clientId: string, durationMinutes?: number): Promise<Channel>
  /**
   * `send_message`: sends text to one client, whether or not it is connected. Rejects with
   * InvalidChannelClientIdError or InvalidMessageError before any request.
   */
  sendMessage(clientId: string, message: string): Promise<SentMessage>
  /** Sends text to every open channel. Rejects with InvalidMessageError before any request. */
  broadcastMessage(message: string): Promise<SentMessage>
  /** `create_websocket_url`: answers the URL that a page opens; its last segment is a secret. */
  createWebSocketUrl(path?: string): Promise<string>
  /**
   * `send_message` of sockets: sends text, which may be empty, to one socket or several and answers a result for
   * each. Rejects with InvalidSocketsError or InvalidMessageError before any request.
   */
  sendSocketMessage(
    oneOrMany: string | readonly string[],
    body: string,
  ): Promise<readonly SocketResult[]>
  /**
   * `broadcast_message`: sends text, which may be empty, to every accepted socket, the sender's included, and
   * answers their number. Rejects with InvalidMessageError before any request.
   */
  broadcastSocketMessage(body: string): Promise<number>
  /**
   * `Message` and the presence handlers: reads a webhook that arrived on the route of the named event. Takes a
   * web-standard Request, or headers and raw body. Rejects with WebhookRefusedError.
   */
  parseWebhook: ParseWebhook
  /** Ends the connections to the service. */
  stop(): Promise<void>
}

/**
 * Makes the functions of one application.
 * @example
 * const { createChannel, sendMessage } = makeApplication({ baseUrl, applicationKey })
 * const { token, connectUrl } = await createChannel('ada')
 * await sendMessage('ada', JSON.stringify({ text: 'hello' }))
 */
export function makeApplication(options: ApplicationOptions): Application {
  const calls = makeServiceCalls({
    baseUrl: options.baseUrl,
    applicationKey: options.applicationKey,
    timeoutSeconds: options.timeoutSeconds ?? 10,
    connections: options.connections ?? 32,
  })
  return {
    async createChannel(clientId, durationMinutes) {
      demandClientId(clientId)
      demandDuration(durationMinutes)
      const ttl = durationMinutes === undefined ? {} : { ttl_seconds: durationMinutes * 60 }
      const body = { client_id: clientId, ...ttl }
      const answer = await calls.post('/v1/tokens', body, 'TokenAnswer')
      const { token, connect_url: connectUrl, expires_at: expiresAt } = answer
      return { token, clientId, connectUrl, expiresAt }
    },
    async sendMessage(clientId, message) {
      demandClientId(clientId)
      demandMessage(message)
      return calls.post('/v1/messages', { client_id: clientId, data: message }, 'Receipt')
    },
    async broadcastMessage(message) {
      demandMessage(message)
      return calls.post('/v1/broadcasts', { data: message }, 'Receipt')
    },
    async createWebSocketUrl(path = '') {
      return (await calls.post('/v1/sockets', { path }, 'SocketAnswer')).url
    },
    async sendSocketMessage(oneOrMany, body) {
      demandSockets(oneOrMany)
      demandSocketBody(body)
      const sockets = typeof oneOrMany === 'string' ? [oneOrMany] : oneOrMany
      const answer = await calls.post('/v1/sockets/messages', { sockets, body }, 'SocketSendAnswer')
      return answer.results
    },
    async broadcastSocketMessage(body) {
      demandSocketBody(body)
      const answer = await calls.post('/v1/sockets/broadcasts', { body }, 'SocketBroadcastAnswer')
      return answer.sockets
    },
    parseWebhook: makeParseWebhook({
      secrets: options.webhookSecrets ?? [],
      clock: options.clock ?? { nowMs: () => Date.now() },
    }),
    stop: () => calls.stop(),
  }
}
