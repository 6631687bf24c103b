/** The call that posts many messages at once. */
import type { BatchResult, Receipt } from '@channel-protocol/schemas/types'
import type { Awaitable } from '../../broker-port.ts'
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
  const order = rules.decideBatchOrder(items)
  const postAt = (at: number): Awaitable<Receipt> => {
    const members = rules.selectMembers(rules.readBatchItem(items[at]), MESSAGE_MEMBERS)
    return postMessage(service, members, makeAct(post, at))
  }
  const parts: Awaitable<readonly BatchResult[]>[] = []
  for (let taken = 0; taken < order.length; taken += MESSAGES_PER_TURN) {
    if (taken > 0) await giveWay(ports.clock)
    if (items.length > 1) turn.gather()
    parts.push(postPart(service, order.slice(taken, taken + MESSAGES_PER_TURN), postAt))
  }
  const results: BatchResult[] = []
  const inOrder = (await Promise.all(parts)).flat()
  for (const [taken, at] of order.entries()) results[at] = inOrder[taken] as BatchResult
  return makeAnswer(200, rules.makeBatchAnswer(results))
}

/** Posts the items at these places; neither throws nor rejects: what goes wrong with one is the result of that one. */
function postPart(
  service: Service,
  places: readonly number[],
  postAt: (at: number) => Awaitable<Receipt>,
): Awaitable<readonly BatchResult[]> {
  const refuse = (cause: unknown, at: number): BatchResult =>
    service.rules.makeBatchProblem(makeRefusalProblem(service, cause).problem, at)
  const results = places.map((at): Awaitable<BatchResult> => {
    try {
      return postAt(at)
    } catch (cause) {
      return refuse(cause, at)
    }
  })
  if (results.every(isThere)) return results
  // All at once: what is caught of each for itself is a promise more for each.
  return Promise.allSettled(results).then((settled) =>
    settled.map((one, taken) =>
      one.status === 'fulfilled' ? one.value : refuse(one.reason, places[taken] as number),
    ),
  )
}

function isThere(result: Awaitable<BatchResult>): result is BatchResult {
  return !(result instanceof Promise)
}

function giveWay(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(0, resolve)
  })
}
