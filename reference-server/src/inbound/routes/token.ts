/** The call that asks for a token. */
import type { Cursors } from '../../rules/resume.ts'
import { type Handler, makeAnswer, type Service } from '../service.ts'

const NONCE_BYTES = 16

/**
 * Answers `POST {base}/v1/tokens`.
 * @spec token.mint.answer
 */
export const answerToken: Handler = async (service, { body, host }) => {
  const { rules, ports, limits, timings } = service
  const clientId = rules.readClientId(body.client_id, limits.client_id_bytes)
  const ttlSeconds = rules.readTtl(body.ttl_seconds, timings.token_ttl_seconds)
  const generation = await ports.broker.generation(clientId)
  const expiresAtMs = rules.decideExpiry(ports.clock.wallMs(), ttlSeconds)
  const claims = { clientId, expiresAtMs, generation }
  const token = rules.mintToken(claims, service.signingKey, ports.random.bytes(NONCE_BYTES))
  const connectUrl = rules.makeConnectUrl({ baseUrl: service.baseUrl(), host })
  ports.metrics.count('tokens_minted')
  const cursors = await readCursors(service, clientId)
  const answer = { ...rules.makeTokenAnswer(token, claims, connectUrl), ...cursors }
  return makeAnswer(201, answer, rules.makeTokenHeaders())
}

async function readCursors(service: Service, clientId: string): Promise<Cursors | undefined> {
  const { profiles } = service.facts
  if (!profiles.includes('resume')) return undefined
  const broadcasts = profiles.includes('broadcast') ? service.broadcasts.newest() : undefined
  return service.rules.makeTokenCursors(await service.ports.broker.open(clientId), broadcasts)
}
