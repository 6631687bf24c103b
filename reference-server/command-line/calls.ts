/** Calls a service as an application does; it alone knows the HTTP of the command-line client. */
import type {
  BatchAnswer,
  DisconnectAnswer,
  MessageRequest,
  PresenceAnswer,
  PresencePage,
  Receipt,
  TokenAnswer,
  Types,
} from '@channel-protocol/schemas/types'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'

const answerTimeoutMs = 30_000

type AnswerName =
  | 'TokenAnswer'
  | 'Receipt'
  | 'BatchAnswer'
  | 'DisconnectAnswer'
  | 'PresenceAnswer'
  | 'PresencePage'

/** The service that is called, and as whom. */
export interface Service {
  /** The base URL, with or without a slash at its end. */
  url: string
  /** The application key. */
  key: string
}

/** A call that failed, with one line for people that says what to do. */
export class CallFailure extends Error {}

/** Says that nothing answers at a URL, and how to change that. */
export function describeUnreachable(url: string): string {
  return `no service answers at ${url}: start one with "npm start", or name another with --url or CHANNEL_URL`
}

/** Puts a refusal into one line: the status, and the problem document's code and words where it is one. */
export function describeRefusal(status: number, text: string): string {
  try {
    const { code, title, detail } = JSON.parse(text)
    const words = detail ?? title
    if (typeof code === 'string') return `${status} ${code}${words ? `: ${words}` : ''}`
  } catch {
    // Not a problem document: whoever answered, a proxy perhaps, left only a status.
  }
  return `${status} without a problem document: is this the base URL of a Channel Protocol service?`
}

function readAnswer<Name extends AnswerName>(typeName: Name, text: string, from: string) {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw new CallFailure(`${from} answered with something that is not JSON`)
  }
  const judged = validate(typeName, answer)
  if (judged.valid) return judged.value
  throw new CallFailure(`${from} answered what is no ${typeName}: ${describeErrors(judged.errors)}`)
}

async function call<Name extends AnswerName>(
  typeName: Name,
  service: Service,
  path: string,
  request: RequestInit,
): Promise<Types[Name]> {
  const base = service.url.replace(/\/+$/, '')
  const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(answerTimeoutMs)
  let answer: Response
  let text: string
  try {
    answer = await fetch(base + path, { ...request, headers, signal, redirect: 'manual' })
    text = await answer.text()
  } catch (cause) {
    throw signal.aborted
      ? new CallFailure(`${base} did not answer within ${answerTimeoutMs / 1000} seconds`)
      : new CallFailure(describeUnreachable(base), { cause })
  }
  if (!answer.ok) throw new CallFailure(describeRefusal(answer.status, text))
  return readAnswer(typeName, text, `${base}${path}`)
}

/** Asks for a token; `ttlSeconds` is left to the service when it is undefined. Throws CallFailure. */
export function mintToken(
  service: Service,
  clientId: string,
  ttlSeconds?: number,
): Promise<TokenAnswer> {
  const ttl = ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds }
  const body = JSON.stringify({ client_id: clientId, ...ttl })
  return call('TokenAnswer', service, '/v1/tokens', { method: 'POST', body })
}

/** Posts a message and answers the receipt. Throws CallFailure. */
export function postMessage(service: Service, clientId: string, data: string): Promise<Receipt> {
  const body = JSON.stringify({ client_id: clientId, data })
  return call('Receipt', service, '/v1/messages', { method: 'POST', body })
}

/** Posts many messages at once and answers a result for each, in order. Throws CallFailure. */
export function postBatch(
  service: Service,
  messages: readonly MessageRequest[],
): Promise<BatchAnswer> {
  return call('BatchAnswer', service, '/v1/batches', {
    method: 'POST',
    body: JSON.stringify({ messages }),
  })
}

/** Posts to everybody who is connected and answers the receipt. Throws CallFailure. */
export function postBroadcast(service: Service, data: string): Promise<Receipt> {
  return call('Receipt', service, '/v1/broadcasts', {
    method: 'POST',
    body: JSON.stringify({ data }),
  })
}

/** Ends the connection of a client, and its tokens where `revokes`; answers how many were closed. Throws CallFailure. */
export function disconnect(
  service: Service,
  clientId: string,
  revokes: boolean,
): Promise<DisconnectAnswer> {
  const body = JSON.stringify({ client_id: clientId, revoke_tokens: revokes })
  return call('DisconnectAnswer', service, '/v1/disconnects', { method: 'POST', body })
}

/** Reads whether one client is online. Throws CallFailure. */
export function readPresence(service: Service, clientId: string): Promise<PresenceAnswer> {
  const query = new URLSearchParams({ client_id: clientId })
  return call('PresenceAnswer', service, `/v1/presence?${query}`, { method: 'GET' })
}

/** Reads who is online, page by page. Throws CallFailure. */
export async function* listPresence(service: Service): AsyncGenerator<object> {
  let path = '/v1/presence'
  for (;;) {
    const page: PresencePage = await call('PresencePage', service, path, { method: 'GET' })
    yield* page.clients
    if (page.next_cursor === undefined) return
    path = `/v1/presence?${new URLSearchParams({ cursor: page.next_cursor })}`
  }
}
