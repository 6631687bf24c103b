/** Judges of how long what was asked for lives: its `expires_at` against its `ttl_seconds`. */

import type { TimingName } from '@channel-protocol/schemas/registry'
import type { AnswerEvent } from '../timeline/event.ts'
import { answerTo, eventsOf, readObject, seconds, type Timeline } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'

/** The clocks of two processes are read in whole milliseconds. */
export const ROUNDING_MS = 5
/** How far the clocks of suite and service may lie apart where the service sends no `Date`. */
const SKEW_MS = 2000

/** A secret that was minted for a time. */
export interface Life {
  readonly sentMs: number
  readonly answer: AnswerEvent
  readonly ttlSeconds: number
  readonly expiresAtMs: number
}

/** What the first answer to a role says of its life; without `ttl_seconds` in the request, `timing` is what was asked. */
export function readLife(timeline: Timeline, as: string, timing: TimingName): Life | undefined {
  const request = eventsOf(timeline, 'request', as)[0]
  const answer = answerTo(timeline, as)
  const expiresAtMs = Date.parse(String(readObject(answer?.body ?? '')?.expires_at))
  if (!request || !answer || Number.isNaN(expiresAtMs)) return undefined
  const asked = readObject(request.body)?.ttl_seconds ?? seconds(timeline.advertised, timing)
  return { sentMs: request.atMs, answer, ttlSeconds: Number(asked), expiresAtMs }
}

/** What two roles were given dies as far apart as was asked; compares the service's clock with itself only. */
export function expiresAsAsked(as: string, comparedWith: string, timing: TimingName): Judge {
  return (timeline) => {
    const one = readLife(timeline, comparedWith, timing)
    const other = readLife(timeline, as, timing)
    if (!one || !other) return inconclusive('an answer has no readable expires_at')
    const apart = other.expiresAtMs - one.expiresAtMs
    const asked = (other.ttlSeconds - one.ttlSeconds) * 1000
    const least = asked + other.sentMs - one.answer.atMs - ROUNDING_MS
    const most = asked + other.answer.atMs - one.sentMs + ROUNDING_MS
    return apart >= least && apart <= most
      ? PASS
      : fail(
          `an expires_at ${(asked / 1000).toFixed(3)} s after that of ${comparedWith}, plus ${(least - asked) / 1000} to ${(most - asked) / 1000} s between the two requests`,
          `${(apart / 1000).toFixed(3)} s`,
          other.answer,
        )
  }
}

/** What this role was given dies its time to live after it was minted, by the service's `Date` where it sends one. */
export function expiresFromNow(as: string, timing: TimingName): Judge {
  return (timeline) => {
    const life = readLife(timeline, as, timing)
    if (!life) return inconclusive('the answer has no readable expires_at')
    const dateMs = Date.parse(life.answer.headers.date ?? '')
    const [from, to] = Number.isNaN(dateMs)
      ? [life.sentMs - SKEW_MS, life.answer.atMs + SKEW_MS]
      : [dateMs - SKEW_MS, dateMs + 1000 + SKEW_MS]
    const mintedMs = life.expiresAtMs - life.ttlSeconds * 1000
    return mintedMs >= from && mintedMs <= to
      ? PASS
      : fail(
          `expires_at ${life.ttlSeconds} s after the minting, ${describeSpan(from + life.ttlSeconds * 1000, to + life.ttlSeconds * 1000)}`,
          new Date(life.expiresAtMs).toISOString(),
          life.answer,
        )
  }
}

/** A span of time in words. */
export function describeSpan(fromMs: number, toMs: number): string {
  return `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`
}
