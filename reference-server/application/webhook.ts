/** Arriving webhooks: it alone knows how a request of the service becomes an event that a program can act on. */
import { WEBHOOKS } from '@channel-protocol/schemas/registry'
import { type TypeName, validate } from '@channel-protocol/schemas/validate'
import { WebhookRefusedError } from './errors.ts'
import { type WebhookRules, webhookRules } from './webhook-rules.ts'

const longestBodyBytes = 4 * 1024 * 1024

/** What every webhook has. */
interface Common {
  /** The same for every repeat: what was done under this id is done. */
  webhookId: string
  /** Microseconds since 1970: the scope of the version, of the socket, or the floor of `started`. */
  epoch: number
  /** When it happened, RFC 3339; `started` may lack it. */
  time?: string
}

/** A client came. */
export interface ConnectedWebhook extends Common {
  event: 'connected'
  clientId: string
  connectionId: string
  /** Newer means a larger (epoch, version): see `isNewerPresence`. */
  version: number
}

/** A client went. */
export interface DisconnectedWebhook extends Common {
  event: 'disconnected'
  clientId: string
  connectionId: string
  /** Newer means a larger (epoch, version): see `isNewerPresence`. */
  version: number
  /** Why it went: one of the reasons of the specification, or a later one, to be taken as `lost`. */
  reason: string
}

/** The service lost its state: whatever has a smaller epoch than this is over. */
export interface StartedWebhook extends Common {
  event: 'started'
}

/** A page opened a socket; a 2xx answer lets it in. */
export interface HandshakeWebhook extends Common {
  event: 'handshake'
  /** The id to send to. */
  socket: string
  /** The path that the URL was created for, without a leading slash. */
  path: string
}

/** A page said something on its socket. */
export interface MessageWebhook extends Common {
  event: 'message'
  socket: string
  path: string
  /** What the page sent. */
  body: string
}

/** A socket is over. */
export interface ClosedWebhook extends Common {
  event: 'closed'
  socket: string
  path: string
  /** The close code, 1005 where it had none, 1006 where the connection was lost. */
  code: number
  reason: string
}

/** Any webhook, told apart by `event`. */
export type Webhook =
  | ConnectedWebhook
  | DisconnectedWebhook
  | StartedWebhook
  | HandshakeWebhook
  | MessageWebhook
  | ClosedWebhook

/** The name of an event, and of the route that serves it. */
export type WebhookEventName = Webhook['event']

/** A request as servers without web-standard objects have it; the body is raw, nothing decoded it. */
export interface RawWebhook {
  headers: Headers | Readonly<Record<string, string | string[] | undefined>>
  body: string | Uint8Array
  /** The URL or request target, where the event is to be told from the historical path. */
  url?: string
}

/** Reads a webhook; rejects with WebhookRefusedError. */
export interface ParseWebhook {
  /** Reads one that arrived on the route of `event`. */
  <Event extends WebhookEventName>(
    request: Request | RawWebhook,
    event: Event,
  ): Promise<Extract<Webhook, { event: Event }>>
  /** Reads one that arrived on a historical path, such as `/_ah/channel/connected/`, which names the event. */
  (request: Request | RawWebhook): Promise<Webhook>
}

/** What a reader of webhooks needs. */
export interface WebhookParts {
  /** Every live secret. */
  secrets: readonly string[]
  clock: { nowMs(): number }
  rules?: WebhookRules
}

/** Makes a reader of webhooks. It looks at the signature first: nothing of an unsigned body is decoded. */
export function makeParseWebhook({
  secrets,
  clock,
  rules = webhookRules,
}: WebhookParts): ParseWebhook {
  const parse = async (
    request: Request | RawWebhook,
    route?: WebhookEventName,
  ): Promise<Webhook> => {
    const served = route ?? readRoute(request.url)
    const isWeb = typeof Request === 'function' && request instanceof Request
    const body = decodeBody(isWeb ? await readBody(request) : (request as RawWebhook).body)
    const signed = rules.readSigned(readHeaders(request.headers), body)
    if (signed === undefined) {
      throw new WebhookRefusedError(
        'unsigned',
        401,
        'webhook-id, webhook-timestamp or webhook-signature is missing or malformed: this is no webhook of the service.',
      )
    }
    if (!rules.isSigned(secrets, signed)) {
      throw new WebhookRefusedError(
        'signature',
        401,
        'No live secret made webhook-signature: compare the secrets of both sides, and give the raw body.',
      )
    }
    if (!rules.isYoung(signed.timestamp, Math.floor(clock.nowMs() / 1000))) {
      throw new WebhookRefusedError(
        'age',
        401,
        'webhook-timestamp is more than 300 seconds from the clock here: it is a replay, or a clock is wrong.',
      )
    }
    const fields = Object.fromEntries(new URLSearchParams(body))
    const event = rules.decideEvent(fields.event, served)
    if (event === undefined) {
      throw new WebhookRefusedError(
        'event',
        403,
        `The body is another event than the route's, ${served}: compare the configured webhook URLs with the routes.`,
      )
    }
    return readWebhook(event, signed.id, fields)
  }
  return parse as ParseWebhook
}

/** The event whose historical path comes first in the URL. */
function readRoute(url = ''): WebhookEventName {
  const places = Object.values(WEBHOOKS)
    .map(({ event, path }) => ({ event, at: url.indexOf(path) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
  const [first] = places
  if (first !== undefined) return first.event
  throw new WebhookRefusedError(
    'event',
    403,
    'The URL has none of the historical paths: say which event the route serves.',
  )
}

async function readBody(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > longestBodyBytes) {
      throw new WebhookRefusedError(
        'body',
        413,
        `The body has more than ${longestBodyBytes} bytes.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/** The body as the text whose UTF-8 it is, so that what is signed is exactly what came. */
function decodeBody(body: string | Uint8Array): string {
  if (typeof body === 'string') return body
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new WebhookRefusedError('body', 400, 'The body is not UTF-8: this is no webhook.')
  }
}

function readHeaders(headers: RawWebhook['headers']): Headers {
  if (headers instanceof Headers) return headers
  const single = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !name.startsWith(':') ? [[name, value]] : [],
  )
  return new Headers(single)
}

const schemas: Record<WebhookEventName, TypeName> = {
  connected: 'PresenceEvent',
  disconnected: 'PresenceEvent',
  started: 'StartedEvent',
  handshake: 'SocketHandshake',
  message: 'SocketMessage',
  closed: 'SocketClosed',
}

function readWebhook(
  event: WebhookEventName,
  webhookId: string,
  fields: Readonly<Record<string, string>>,
): Webhook {
  const judged = validate(schemas[event], fields)
  // A later revision may know more reasons.
  const errors = judged.valid
    ? []
    : judged.errors.filter(({ pointer, keyword }) => pointer !== '/reason' || keyword !== 'enum')
  if (errors.length > 0) {
    const places = errors.map(({ pointer }) => pointer.slice(1) || 'the whole').join(', ')
    throw new WebhookRefusedError('body', 400, `The form is no ${event}; wrong are: ${places}.`)
  }
  const { from = '', connection_id: connectionId = '', path = '', reason = '', time } = fields
  const common = { webhookId, epoch: Number(fields.epoch), ...(time === undefined ? {} : { time }) }
  const presence = { clientId: from, connectionId, version: Number(fields.version) }
  const socket = { socket: from, path }
  const made: Record<WebhookEventName, object> = {
    connected: presence,
    disconnected: { ...presence, reason },
    started: {},
    handshake: socket,
    message: { ...socket, body: fields.body },
    closed: { ...socket, code: Number(fields.code), reason },
  }
  return { event, ...common, ...made[event] } as Webhook
}
