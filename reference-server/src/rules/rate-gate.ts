/** Rate of posts: it alone remembers how much each client id took lately. */
import type { Clock } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { RateBucket } from './message.ts'
import type { Rules } from './rule-book.ts'

const SWEEP_EVERY = 10_000

/** Takes one post of a client id, or of whatever is counted together. */
export type RateGate = (key: string) => void

/**
 * A gate that lets `perSecond` posts of one key through at once and refills at that rate; it throws
 * the Refusal `rate-limited` beyond that.
 * @spec message.rate.refuse
 * @spec message.rate.others
 * @spec broadcast.rate.refuse
 * @spec broadcast.rate.others
 */
export function makeRateGate(
  rules: Rules,
  clock: Clock,
  { perSecond, what }: { perSecond: number; what: 'messages' | 'broadcasts' },
): RateGate {
  const buckets = new Map<string, RateBucket>()
  let untilSweep = SWEEP_EVERY

  return (of) => {
    const nowMs = clock.nowMs()
    untilSweep -= 1
    if (untilSweep === 0) {
      untilSweep = SWEEP_EVERY
      // Within one second every bucket is full again, and a full one says as much as none.
      for (const [key, bucket] of buckets) if (bucket.atMs < nowMs - 1000) buckets.delete(key)
    }
    const key = rules.selectRateKey(of)
    const { bucket, waitSeconds } = rules.decideRate(buckets.get(key), nowMs, perSecond)
    buckets.set(key, bucket)
    if (waitSeconds > 0)
      throw new Refusal('rate-limited', `more than ${perSecond} ${what} per second`, {
        retryAfterSeconds: waitSeconds,
      })
  }
}
