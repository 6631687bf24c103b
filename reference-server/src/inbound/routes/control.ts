/** The call that ends the connection of a client. */
import { type Handler, makeAnswer } from '../service.ts'

/**
 * Answers `POST {base}/v1/disconnects`.
 * @spec control.disconnect.answer
 */
export const answerDisconnect: Handler = async ({ rules, limits, channels }, { body }) => {
  const clientId = rules.readClientId(body.client_id, limits.client_id_bytes)
  const revokes = rules.readRevocation(body.revoke_tokens)
  const connections = await channels.disconnect(clientId, revokes)
  return makeAnswer(200, rules.makeDisconnectAnswer(connections))
}
