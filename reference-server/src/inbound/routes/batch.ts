/** The call that posts many messages at once. */
import type { BatchResult } from '@channel-protocol/schemas/types'
import type { Act, Awaitable } from '../../broker-port.ts'
import type { Clock } from '../../ports.ts'
import { makeAct } from '../../rules/kept-answers.ts'
import { MESSAGE_MEMBERS } from '../../rules/route.ts'
import { makeRefusalProblem } from '../refuse.ts'
import { type Handler, makeAnswer, type Service } from '../service.ts'
import { postMessage } from './message.ts'

/** Messages after which whatever else waits has its turn. */
const MESSAGES_PER_TURN = 100

/**
 * Answers `POST {base}/v1/batches`.
 * @spec batch.post.results
 */
export const answerBatch: Handler = async (service, { body, post }) => {
  const { rules, limits, ports, turn } = service
  const items = rules.readBatch(body.messages, limits.batch_messages)
  const results: Awaitable<BatchResult>[] = []
  for (const [taken, at] of rules.decideBatchOrder(items).entries()) {
    if (taken % MESSAGES_PER_TURN === 0) {
      if (taken > 0) await giveWay(ports.clock)
      if (items.length > 1) turn.gather()
    }
    results[at] = postItem(service, items[at], at, makeAct(post, at))
  }
  const made = results.every(isThere) ? results : await Promise.all(results)
  return makeAnswer(200, rules.makeBatchAnswer(made))
}

function isThere(result: Awaitable<BatchResult>): result is BatchResult {
  return !(result instanceof Promise)
}

/** Neither throws nor rejects: what goes wrong with one message is the result of that message. */
function postItem(
  service: Service,
  item: unknown,
  at: number,
  act: Act | undefined,
): Awaitable<BatchResult> {
  const { rules } = service
  const refuse = (cause: unknown): BatchResult =>
    rules.makeBatchProblem(makeRefusalProblem(service, cause).problem, at)
  try {
    const members = rules.selectMembers(rules.readBatchItem(item), MESSAGE_MEMBERS)
    const receipt = postMessage(service, members, act)
    return receipt instanceof Promise ? receipt.catch(refuse) : receipt
  } catch (cause) {
    return refuse(cause)
  }
}

function giveWay(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(0, resolve)
  })
}
