/** Rates: it alone remembers how much each of those that are counted apart took lately. */
import type { Clock } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { RateBucket } from './message.ts'
import type { Rules } from './rule-book.ts'

const SWEEP_EVERY = 10_000

type Bucket = RateBucket | undefined

/** By which rules a kind is counted. Named where they are called, as a name that is looked up costs ten times as much. */
interface Counting {
  select(rules: Rules, of: string): string
  decide: (
    rules: Rules,
    bucket: Bucket,
    nowMs: number,
    most: number,
  ) => ReturnType<Rules['decideRate']>
}

const POSTS: Counting = {
  select: (rules, of) => rules.selectRateKey(of),
  decide: (rules, bucket, nowMs, most) => rules.decideRate(bucket, nowMs, most),
}

const COUNTED = {
  messages: POSTS,
  broadcasts: POSTS,
  calls: {
    select: (rules, of) => rules.selectCallKey(of),
    decide: (rules, bucket, nowMs, most) => rules.decideCallRate(bucket, nowMs, most),
  },
  handshakes: {
    select: (rules, of) => rules.selectHandshakeKey(of),
    decide: (rules, bucket, nowMs, most) => rules.decideHandshakeRate(bucket, nowMs, most),
  },
  'handshakes from one address': {
    select: (rules, of) => rules.selectAddressKey(of),
    decide: (rules, bucket, nowMs, most) => rules.decideAddressRate(bucket, nowMs, most),
  },
} as const satisfies Record<string, Counting>

/** Takes one of a client id, of an address, or of whatever is counted together. */
export type RateGate = (key: string) => void

/**
 * A gate that lets `perSecond` of one key through at once and refills at that rate; it throws the Refusal
 * `rate-limited` beyond that. It remembers at most 10,000 keys beside those of the last second.
 * @spec message.rate.refuse
 * @spec message.rate.others
 * @spec broadcast.rate.refuse
 * @spec broadcast.rate.others
 * @spec problem.rate.refuse
 * @spec problem.rate.others
 * @spec connection.rate.refuse
 * @spec connection.rate.address
 * @spec connection.rate.others
 */
export function makeRateGate(
  rules: Rules,
  clock: Clock,
  { perSecond, what }: { perSecond: number; what: keyof typeof COUNTED },
): RateGate {
  const { select, decide } = COUNTED[what]
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
    const key = select(rules, of)
    const known = buckets.get(key)
    const { bucket, waitSeconds } = decide(rules, known, nowMs, perSecond)
    // Written into the one that is there: finding its place again costs more than all else here.
    if (known) {
      known.tokens = bucket.tokens
      known.atMs = bucket.atMs
    } else buckets.set(key, bucket)
    if (waitSeconds > 0)
      throw new Refusal('rate-limited', `more than ${perSecond} ${what} per second`, {
        retryAfterSeconds: waitSeconds,
      })
  }
}
