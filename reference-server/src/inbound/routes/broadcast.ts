/** The call that posts to everybody. */
import { makeAct } from '../../rules/kept-answers.ts'
import { type Handler, makeAnswer } from '../service.ts'

/**
 * Answers `POST {base}/v1/broadcasts`.
 * @spec broadcast.post.receipt
 */
export const answerBroadcast: Handler = async (service, { body, post }) => {
  const { rules, limits } = service
  const data = rules.readData(body.data)
  const refusal = rules.decideSurrogates(data) ?? rules.decideDataSize(data, limits.data_bytes)
  if (refusal) throw refusal
  service.takeBroadcast()
  return makeAnswer(200, await service.broadcasts.post(data, makeAct(post, 0)))
}
