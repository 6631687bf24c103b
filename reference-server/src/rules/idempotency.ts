/** Rules of posts that may be sent again: they alone know which are the same, what is kept of them and for how long. */
import { createHash } from 'node:crypto'
import type { ProfileName } from '@channel-protocol/schemas/registry'
import type { FirstPost } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from './problem.ts'
import type { Route } from './route.ts'

/**
 * Whether a key has a meaning on this call: where it sends, and the service offers to send once.
 * @spec idempotency.key.elsewhere
 */
function decideKeyed(route: Route, offered: readonly ProfileName[]): boolean {
  return route.sends === true && offered.includes('idempotency')
}

/**
 * The key of a post, or nothing where it has none.
 * @param values what came as `Idempotency-Key`, one text for each time
 * @throws Refusal `malformed-request`
 * @spec idempotency.key.malformed
 */
function readIdempotencyKey(values: readonly string[]): string | undefined {
  const [key, ...more] = values
  if (key === undefined) return undefined
  if (more.length === 0 && /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) return key
  throw new Refusal(
    'malformed-request',
    'Idempotency-Key is not 1 to 255 visible ASCII characters, with spaces only between them, given once',
  )
}

/**
 * The name under which a key is remembered.
 * @spec idempotency.key.scope
 */
function makeKeyScope(path: string, key: string): string {
  return `${path} ${key}`
}

/**
 * What tells a body from every other.
 * @spec idempotency.body.other
 */
function digestBody(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64')
}

/**
 * Whether a post is carried out, is answered as the first one was, or is refused.
 * @param first the first post with the same key
 * @spec idempotency.repeat.answer
 * @spec idempotency.repeat.once
 * @spec idempotency.twin.refused
 * @spec idempotency.body.other
 */
function decideRepeat(
  first: FirstPost | undefined,
  digest: string,
): 'carry-out' | 'repeat' | Refusal {
  if (!first) return 'carry-out'
  if (first.digest !== digest)
    return new Refusal(
      'idempotency-key-reused',
      'this Idempotency-Key came with another body; use a new key for each thing that is to happen once',
    )
  if (first.answer) return 'repeat'
  return new Refusal(
    'idempotency-in-progress',
    'the same request is still running; send it again later',
    { retryAfterSeconds: 1 },
  )
}

/**
 * What is given again.
 * @spec idempotency.repeat.answer
 * @spec idempotency.repeat.batch
 * @spec idempotency.refusal.kept
 */
function makeRepeatedAnswer(answer: Answer): Answer {
  return answer
}

/**
 * Whether an answer is kept: one that says nothing of the next try is not.
 * @spec idempotency.refusal.kept
 * @spec idempotency.failure.forgotten
 */
function decideKept({ status }: Answer): boolean {
  return status !== 429 && status < 500
}

/**
 * When an answer is forgotten, milliseconds since 1970.
 * @spec idempotency.window.kept
 * @spec idempotency.window.ended
 */
function decideForgottenAtMs(
  { answeredAtMs }: Pick<FirstPost, 'answeredAtMs'>,
  windowSeconds: number,
): number {
  return answeredAtMs + windowSeconds * 1000
}

/**
 * How much an answer counts of what may be kept.
 * @spec idempotency.results.bounded
 */
function countResults({ body }: Answer): number {
  return 'results' in body && Array.isArray(body.results) ? Math.max(1, body.results.length) : 1
}

/**
 * Refuses a new key while there is no room for its answer.
 * @param waitSeconds until something is forgotten
 * @spec idempotency.results.bounded
 */
function decideResultRoom(kept: number, most: number, waitSeconds: number): Refusal | undefined {
  if (kept < most) return undefined
  return new Refusal('over-capacity', `${most} results of posts with a key are kept`, {
    retryAfterSeconds: waitSeconds,
  })
}

export const idempotencyRules = {
  decideKeyed,
  readIdempotencyKey,
  makeKeyScope,
  digestBody,
  decideRepeat,
  makeRepeatedAnswer,
  decideKept,
  decideForgottenAtMs,
  countResults,
  decideResultRoom,
}
