/** Rates: it alone remembers how much each of those that are counted apart took lately. */
import type { Clock } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { RateBucket } from './message.ts'
import type { Rules } from './rule-book.ts'

const SWEEP_EVERY = 10_000

/** What is counted, and by which rules. */
const COUNTED = {
  messages: { select: 'selectRateKey', decide: 'decideRate' },
  broadcasts: { select: 'selectRateKey', decide: 'decideRate' },
  calls: { select: 'selectCallKey', decide: 'decideCallRate' },
  handshakes: { select: 'selectHandshakeKey', decide: 'decideHandshakeRate' },
  'handshakes from one address': { select: 'selectAddressKey', decide: 'decideAddressRate' },
} as const satisfies Record<string, { select: keyof Rules; decide: keyof Rules }>

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
    const key = rules[select](of)
    const known = buckets.get(key)
    const { bucket, waitSeconds } = rules[decide](known, nowMs, perSecond)
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
