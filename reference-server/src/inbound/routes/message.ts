/** The call that posts a message. */
import type { Receipt } from '@channel-protocol/schemas/types'
import type { Act, Awaitable } from '../../broker-port.ts'
import { makeAct } from '../../rules/kept-answers.ts'
import { type Handler, makeAnswer, type Service } from '../service.ts'

/**
 * Answers `POST {base}/v1/messages`.
 * @spec message.post.receipt
 */
export const answerMessage: Handler = (service, { body, post }) => {
  const receipt = postMessage(service, body, makeAct(post, 0))
  return receipt instanceof Promise
    ? receipt.then((made) => makeAnswer(200, made))
    : makeAnswer(200, receipt)
}

/**
 * Judges the members of one message and posts it. Throws a Refusal, or rejects with one, or with anything else for a
 * defect. No async function, which would be a promise for each post.
 * Messages that are handed over one after the other, without awaiting, are numbered in that order.
 */
export function postMessage(
  service: Service,
  members: Record<string, unknown>,
  act?: Act | undefined,
): Awaitable<Receipt> {
  const { rules, limits } = service
  const clientId = rules.readClientId(members.client_id, limits.client_id_bytes)
  const data = rules.readData(members.data)
  const refusal = rules.decideSurrogates(data) ?? rules.decideDataSize(data, limits.data_bytes)
  if (refusal) throw refusal
  service.takePost(clientId)
  return service.channels.post(clientId, data, act)
}
