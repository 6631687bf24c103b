/** Rate of posts: it alone remembers how much each client id took lately. */
import type { Clock } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { RateBucket } from './message.ts'
import type { Rules } from './rule-book.ts'

const SWEEP_EVERY = 10_000

/** Takes one post of a client id. */
export type RateGate = (clientId: string) => void

/**
 * A gate that lets `perSecond` posts of one client id through at once and refills at that rate; it throws
 * the Refusal `rate-limited` beyond that.
 * @spec message.rate.refuse
 * @spec message.rate.others
 */
export function makeRateGate(rules: Rules, clock: Clock, perSecond: number): RateGate {
  const buckets = new Map<string, RateBucket>()
  let untilSweep = SWEEP_EVERY

  return (clientId) => {
    const nowMs = clock.nowMs()
    untilSweep -= 1
    if (untilSweep === 0) {
      untilSweep = SWEEP_EVERY
      // Within one second every bucket is full again, and a full one says as much as none.
      for (const [key, bucket] of buckets) if (bucket.atMs < nowMs - 1000) buckets.delete(key)
    }
    const key = rules.selectRateKey(clientId)
    const { bucket, waitSeconds } = rules.decideRate(buckets.get(key), nowMs, perSecond)
    buckets.set(key, bucket)
    if (waitSeconds > 0)
      throw new Refusal('rate-limited', `more than ${perSecond} messages per second`, {
        retryAfterSeconds: waitSeconds,
      })
  }
}
