/** The calls of sockets: a URL to open one with, a text for some, a text for all. */
import { type Handler, makeAnswer, type Service } from '../service.ts'

const NONCE_BYTES = 16

/**
 * Answers `POST {base}/v1/sockets`.
 * @spec socket.mint.answer
 */
export const answerSocket: Handler = async (service, { body, host }) => {
  const { rules, ports, limits, timings } = service
  const path = rules.readSocketPath(body.path, limits.socket_path_bytes)
  const ttlSeconds = rules.readSocketTtl(body.ttl_seconds, timings.socket_ttl_seconds)
  const claims = { path, expiresAtMs: rules.decideTicketExpiry(ports.clock.wallMs(), ttlSeconds) }
  const ticket = rules.mintTicket(claims, service.signingKey, ports.random.bytes(NONCE_BYTES))
  const url = rules.makeSocketUrl({ baseUrl: service.baseUrl(), host, ticket })
  ports.metrics.count('socket_urls_minted')
  return makeAnswer(201, rules.makeSocketAnswer(url, claims), rules.makeSocketHeaders())
}

/**
 * Answers `POST {base}/v1/sockets/messages`.
 * @spec socket.send.results
 */
export const answerSocketSend: Handler = async (service, { body }) => {
  const { rules, limits, socketReach } = service
  const ids = rules.readSocketList(body.sockets, limits.sockets_per_send)
  const text = readText(service, body.body)
  return makeAnswer(200, rules.makeSocketSendAnswer(await socketReach.send(ids, text)))
}

/**
 * Answers `POST {base}/v1/sockets/broadcasts`.
 * @spec socket.broadcast.all
 */
export const answerSocketBroadcast: Handler = async (service, { body }) => {
  const text = readText(service, body.body)
  const count = await service.socketReach.broadcast(text)
  return makeAnswer(200, service.rules.makeSocketBroadcastAnswer(count))
}

function readText({ rules, limits }: Service, value: unknown): string {
  const text = rules.readSocketBody(value)
  const refusal = rules.decideSocketBodySize(text, limits.data_bytes)
  if (refusal) throw refusal
  return text
}
