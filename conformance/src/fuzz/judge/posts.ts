/** Judges batches, and posts that carry a key: each result as that of a post of its own, each repeat as the first. */

import { answerTo, eventsOf, readObject, seconds } from '../../timeline/timeline.ts'
import { Disagreement, Unclear } from '../model/disagreement.ts'
import type { PlayedStep } from '../played.ts'
import { judgeReceipt } from './calls.ts'
import { type Context, expectAnswer, type Person } from './context.ts'

/** Judges a batch whose second item is refused. */
export function judgeBatch(context: Context, person: Person, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const { answer, body } = expectAnswer(context, as, 200, 'batch.post.results')
  const [request] = eventsOf(context.played.timeline, 'request', as)
  const asked = (readObject(request?.body ?? '')?.messages ?? []) as { data: string }[]
  const results = (Array.isArray(body.results) ? body.results : []) as Record<string, unknown>[]
  if (!request || results.length !== asked.length)
    throw new Disagreement({
      requirement: 'batch.post.results',
      expected: `${asked.length} results`,
      got: `${results.length}`,
      at: answer,
    })
  for (const [at, { data }] of asked.entries()) {
    const result = results[at] ?? {}
    const isRefused = result.status !== undefined
    if (result.status === 429) throw new Unclear('an item was refused for its rate')
    if (data === '' && result.code === 'invalid-data') continue
    if (data === '' || isRefused)
      throw new Disagreement({
        requirement: data === '' ? 'batch.item.problem' : 'batch.item.others',
        expected: data === '' ? 'invalid-data as result 2' : `a receipt as result ${at + 1}`,
        got: JSON.stringify(result.code ?? result),
        at: answer,
      })
    judgeReceipt(context, person, { answer, body: result }, { request, data })
  }
}

/** Judges a post with a key. */
export function judgeKeyed(context: Context, person: Person, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const { how } = played.step
  const first = person.keyed
  if (how === 'new') {
    const answered = expectAnswer(context, as, 200, 'message.post.receipt')
    const [request] = eventsOf(context.played.timeline, 'request', as)
    if (!request) return
    const data = String(readObject(request.body)?.data)
    judgeReceipt(context, person, answered, { request, data })
    person.keyed = answered.answer
    return
  }
  if (!first) return
  const windowMs = seconds(context.played.timeline.advertised, 'idempotency_window_seconds') * 1000
  if (played.endMs - first.atMs >= windowMs)
    throw new Unclear('the window of a key may have passed when it was used again')
  if (how === 'other') {
    expectAnswer(context, as, 422, 'idempotency.body.other')
    return
  }
  const answer = answerTo(context.played.timeline, as)
  if (answer?.status === first.status && answer.body === first.body) return
  throw new Disagreement({
    requirement: 'idempotency.repeat.answer',
    expected: `the first answer, ${first.status} ${first.body}`,
    got: answer ? `${answer.status} ${answer.body}` : 'no answer',
    at: answer,
  })
}
