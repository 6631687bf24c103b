/** Judges of the messages of a batch that are refused, and of batches that are refused as a whole. */

import { PROBLEMS, type ProblemCode } from '@channel-protocol/schemas/registry'
import { answerTo, eventsOf, readObject } from '../timeline/timeline.ts'
import { besideAlone, itemsOf } from './batch.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { postsOf } from './message.ts'
import { answered, refused } from './problem.ts'

/** Members of a problem document that are the same for every occurrence of one refusal. */
const FIXED = ['status', 'code', 'type', 'title', 'retryable', 'max_bytes'] as const

/**
 * The result of each message that was refused alone is the problem document of that refusal.
 * @param places where the posts of role `alone` stand in the batch; in front unless given
 */
export function problemsAsAlone(as: string, alone: string, places?: readonly number[]): Judge {
  return all(
    answered(as, 200),
    besideAlone(as, alone, places, ({ place, result, answer }, post) => {
      const twin = post.receipt ? undefined : readObject(post.answer?.body ?? '')
      if (!twin) return PASS
      const fixed = (of: typeof result): string => show(FIXED.map((name) => of?.[name] ?? null))
      return fixed(result) === fixed(twin)
        ? PASS
        : fail(`as result ${place} the problem ${fixed(twin)}`, show(result), answer)
    }),
  )
}

/** Some post of this role was refused. */
export function refusedSome(as: string): Judge {
  return (timeline) =>
    postsOf(timeline, as).some(({ answer, receipt }) => answer && !receipt)
      ? PASS
      : inconclusive(`no post of ${as} was refused`)
}

/** The results at these places are no receipts, and all others are. */
export function refusedOnlyAt(as: string, places: readonly number[]): Judge {
  return all(answered(as, 200), (timeline) => {
    const items = itemsOf(timeline, as)
    const wrong = items.find(
      ({ place, receipt }) => places.includes(place) === (receipt !== undefined),
    )
    if (!wrong) return items.length > 0 ? PASS : inconclusive(`${as} got no results`)
    const expected = `${wrong.receipt ? 'no' : 'a'} receipt as result ${wrong.place}`
    return fail(expected, show(wrong.result ?? null), wrong.answer)
  })
}

/** The results that are no receipts are problems of this row. */
export function refusedAs(as: string, code: ProblemCode): Judge {
  return all(answered(as, 200), (timeline) => {
    const { status } = PROBLEMS[code]
    const refusals = itemsOf(timeline, as).filter(({ receipt }) => receipt === undefined)
    const wrong = refusals.find(({ result }) => result?.status !== status || result.code !== code)
    if (wrong) {
      const expected = `${status} ${code} as result ${wrong.place}`
      return fail(expected, show(wrong.result ?? null), wrong.answer)
    }
    return refusals.length > 0 ? PASS : inconclusive(`no message of ${as} was refused`)
  })
}

/** Every pointer in a result begins with the place of its message. */
export function pointersPlaced(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const items = itemsOf(timeline, as)
    for (const { place, result, answer } of items) {
      const errors: readonly unknown[] = Array.isArray(result?.errors) ? result.errors : []
      for (const error of errors) {
        const pointer = (error as { pointer?: unknown } | null)?.pointer
        const prefix = `/messages/${place}`
        if (pointer !== prefix && !String(pointer).startsWith(`${prefix}/`))
          return fail(`a pointer that begins with ${prefix}`, show(error), answer)
      }
    }
    return items.some(({ receipt }) => receipt === undefined)
      ? PASS
      : inconclusive(`no message of ${as} was refused`)
  })
}

/** The batches of this role were answered with 200, and messages that exceeded the rate of the one client id were refused in them. */
export function limitedInBatches(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    const other = answers.find(({ status }) => status !== 200)
    if (other) return fail('status 200', `status ${other.status} ${show(other.body)}`, other)
    const items = itemsOf(timeline, as)
    const refusal = items.find(({ receipt }) => receipt === undefined)
    if (refusal) return refusedForRate(refusal)
    const startMs = eventsOf(timeline, 'request', as)[0]?.atMs ?? 0
    const elapsed = ((answers.at(-1)?.atMs ?? startMs) - startMs) / 1000
    const rate = timeline.advertised.limits.messages_per_second ?? 0
    const allowed = Math.ceil(rate * (1 + elapsed))
    const got = `${items.length} messages accepted in ${elapsed.toFixed(2)} s`
    return items.length > allowed
      ? fail(`429 rate-limited as a result after ${allowed} messages`, got, answers.at(-1))
      : inconclusive(`${got} do not exceed the rate`)
  })
}

/** Of the posts of role `single`, as many as the rate allows in a second, made while batches exceeded it, one was refused. */
export function sharesRate(single: string, batch: string): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', single)
    const rate = timeline.advertised.limits.messages_per_second ?? 0
    const refusal = answers.find(({ status }) => status !== 200)
    if (refusal) {
      return refusal.status === 429 && readObject(refusal.body)?.code === 'rate-limited'
        ? PASS
        : fail('a refusal with 429 rate-limited', show(refusal.body), refusal)
    }
    const exceededMs = eventsOf(timeline, 'answer', batch)[0]?.atMs ?? 0
    const elapsed = ((answers.at(-1)?.atMs ?? exceededMs) - exceededMs) / 1000
    const got = `${answers.length} posts accepted in ${elapsed.toFixed(2)} s`
    return answers.length > Math.ceil(rate * elapsed) + 1
      ? fail('429 rate-limited to some post', got, answers.at(-1))
      : inconclusive(`${got} after the rate was exceeded do not exceed it`)
  }
}

/** Refused as a whole as too large, with the advertised bytes of a batch as `max_bytes`. */
export function refusedAsTooLargeBatch(as: string): Judge {
  return all(refused(as, 'payload-too-large'), (timeline) => {
    const answer = answerTo(timeline, as)
    const limit = timeline.advertised.limits.batch_bytes
    const got = readObject(answer?.body ?? '')?.max_bytes
    return got === limit ? PASS : fail(`max_bytes ${limit}`, show(got), answer)
  })
}

function refusedForRate({
  place,
  result,
  answer,
}: ReturnType<typeof itemsOf>[number]): ReturnType<Judge> {
  return result?.code === 'rate-limited'
    ? PASS
    : fail(`429 rate-limited as result ${place}`, show(result ?? null), answer)
}
