/** From a post with a key to its answer, the first or the same again; it alone knows where that precedes the members. */
import type { Awaitable, KeyedPost } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'
import type { Route } from '../rules/route.ts'
import { makeRefusalAnswer } from './refuse.ts'
import type { Service } from './service.ts'

/** A call whose body was read. */
export interface ReadCall {
  route: Route
  /** What came as `Idempotency-Key`, one text for each time. */
  keys: readonly string[]
  /** The body as it came. */
  bytes: Uint8Array
}

/**
 * Answers a call by `carryOut`, which is told the post where it has a key, or as the same post was answered before.
 * Throws a Refusal where the key is no good; fails as `carryOut` does, with a Refusal where the key has another post's
 * body, and with anything else for a defect.
 * @spec idempotency.repeat.answer
 * @spec idempotency.key.malformed
 */
export function answerOnce(
  service: Service,
  { route, keys, bytes }: ReadCall,
  carryOut: (post?: KeyedPost) => Awaitable<Answer>,
): Awaitable<Answer> {
  const { rules, facts, keptAnswers } = service
  if (!rules.decideKeyed(route, facts.profiles)) return carryOut()
  const key = rules.readIdempotencyKey(keys)
  if (key === undefined) return carryOut()
  const refuse = (refusal: Refusal): Answer => makeRefusalAnswer(service, refusal)
  const post = { scope: rules.makeKeyScope(route.path, key), digest: rules.digestBody(bytes) }
  return keptAnswers.answer(post, {
    refuse,
    carryOut: async () => {
      try {
        return await carryOut(post)
      } catch (cause) {
        if (cause instanceof Refusal) return refuse(cause)
        throw cause
      }
    },
  })
}
