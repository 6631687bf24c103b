/** The call that posts a message. */
import { type Handler, makeAnswer } from '../service.ts'

/**
 * Answers `POST {base}/v1/messages`.
 * @spec message.post.receipt
 */
export const answerMessage: Handler = async (service, { body }) => {
  const { rules, limits } = service
  const clientId = rules.readClientId(body.client_id, limits.client_id_bytes)
  const data = rules.readData(body.data)
  const refusal = rules.decideSurrogates(data) ?? rules.decideDataSize(data, limits.data_bytes)
  if (refusal) throw refusal
  service.takePost(clientId)
  return makeAnswer(200, await service.channels.post(clientId, data))
}
