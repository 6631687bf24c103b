/** Rules of batches: they alone know which batch is taken, in which order, and what it is answered with. */
import type { BatchAnswer, BatchResult, Problem } from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'

/**
 * Bytes of the largest body of a batch that is read.
 * @spec batch.size.messages
 * @spec batch.size.too-large
 */
function decideMaxBatchBytes(batchBytes: number): number {
  return batchBytes
}

/**
 * The items of a batch, whatever they are, at most `most` of them.
 * @throws Refusal `malformed-request` where they are no list, `payload-too-large` where they are more
 * @spec batch.shape.refused
 * @spec batch.size.too-many
 */
function readBatch(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value)) {
    const detail = `messages is ${value === undefined ? 'absent' : 'not a list'}`
    throw new Refusal('malformed-request', detail, { errors: [{ pointer: '/messages', detail }] })
  }
  if (value.length <= most) return value
  throw new Refusal('payload-too-large', `messages has ${value.length} items; give ${most} at most`)
}

/**
 * The positions of the items in the order in which they are accepted.
 * @spec batch.order.kept
 */
function decideBatchOrder(items: readonly unknown[]): readonly number[] {
  return [...items.keys()]
}

/**
 * The object that one item is.
 * @throws Refusal `malformed-request`
 * @spec batch.item.problem
 */
function readBatchItem(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  const detail = 'the message is not a JSON object'
  throw new Refusal('malformed-request', detail, { errors: [{ pointer: '', detail }] })
}

/**
 * The result of an item that was refused, its pointers taken from the root of the batch.
 * @param at its position, from 0
 * @spec batch.item.problem
 * @spec batch.item.pointer
 */
function makeBatchProblem(problem: Problem, at: number): BatchResult {
  if (problem.errors === undefined) return problem
  const errors = problem.errors.map(({ pointer, ...error }) => ({
    ...error,
    pointer: `/messages/${at}${pointer}`,
  }))
  return { ...problem, errors }
}

/**
 * The answer to a batch; its results are in the order of the request.
 * @spec batch.post.results
 * @spec batch.item.others
 */
function makeBatchAnswer(results: readonly BatchResult[]): BatchAnswer {
  return { results: [...results] }
}

export const batchRules = {
  decideMaxBatchBytes,
  readBatch,
  decideBatchOrder,
  readBatchItem,
  makeBatchProblem,
  makeBatchAnswer,
}
