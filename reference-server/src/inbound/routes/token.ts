/** The call that asks for a token. */
import { type Handler, makeAnswer } from '../service.ts'

const NONCE_BYTES = 16

/**
 * Answers `POST {base}/v1/tokens`.
 * @spec token.mint.answer
 */
export const answerToken: Handler = async (service, { body, host }) => {
  const { rules, ports, limits, timings } = service
  const clientId = rules.readClientId(body.client_id, limits.client_id_bytes)
  const ttlSeconds = rules.readTtl(body.ttl_seconds, timings.token_ttl_seconds)
  const claims = { clientId, expiresAtMs: rules.decideExpiry(ports.clock.nowMs(), ttlSeconds) }
  const token = rules.mintToken(claims, service.signingKey, ports.random.bytes(NONCE_BYTES))
  const connectUrl = rules.makeConnectUrl({ baseUrl: service.baseUrl(), host })
  ports.metrics.count('tokens_minted')
  return makeAnswer(201, rules.makeTokenAnswer(token, claims, connectUrl), rules.makeTokenHeaders())
}
