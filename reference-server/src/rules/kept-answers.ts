/** What is kept of posts that may be sent again: it alone remembers which are running and what the others were answered. */
import type { Cancel, Clock, Limits, Metrics, Timings } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { FirstPost } from './idempotency.ts'
import type { Answer } from './problem.ts'
import type { Rules } from './rule-book.ts'

/** A post with a key. */
export interface KeyedPost {
  /** Where and by which key it is remembered. */
  scope: string
  /** What tells its body from every other. */
  digest: string
}

/** Carries out each post once. */
export interface KeptAnswers {
  /**
   * Answers a post: by `carryOut`, unless the same post was answered before. Rejects with the Refusal
   * `idempotency-in-progress` or `idempotency-key-reused`, or as `carryOut` does, and then keeps nothing.
   */
  answer(post: KeyedPost, carrying: Carrying): Promise<Answer>
  /** Ends all waiting. */
  stop(): void
}

/** What is done with a post that is new. */
export interface Carrying {
  carryOut(): Promise<Answer>
  /** The answer where there is no room for one. */
  refuse(refusal: Refusal): Answer
}

/** What the answers of one service are kept with. */
export interface Keeping {
  rules: Rules
  clock: Clock
  metrics: Metrics
  timings: Pick<Timings, 'idempotency_window_seconds'>
  limits: Pick<Limits, 'idempotency_results'>
}

/**
 * Answers in memory, forgotten in the order in which they were given.
 * @spec idempotency.repeat.once
 * @spec idempotency.results.bounded
 */
export function makeKeptAnswers({ rules, clock, metrics, timings, limits }: Keeping): KeptAnswers {
  const running = new Map<string, FirstPost>()
  /** In the order of answering, so that the first is forgotten first. */
  const kept = new Map<string, FirstPost & { answer: Answer }>()
  let results = 0
  let cancel: Cancel | undefined
  metrics.gauge('idempotency_results_kept', () => results)

  /** For how long an answer is still kept, in milliseconds. */
  const restMs = (post: FirstPost): number =>
    rules.decideForgottenAtMs(post, timings.idempotency_window_seconds) - clock.nowMs()
  const oldest = (): FirstPost | undefined => kept.values().next().value
  const forget = (): void => {
    for (const [scope, post] of kept) {
      if (restMs(post) > 0) break
      kept.delete(scope)
      results -= rules.countResults(post.answer)
    }
  }
  /** Forgets what is due also where nobody asks. */
  const watch = (): void => {
    const next = oldest()
    if (cancel || !next) return
    cancel = clock.after(Math.max(0, restMs(next)), () => {
      cancel = undefined
      forget()
      watch()
    })
  }
  const keep = ({ scope, digest }: KeyedPost, answer: Answer): void => {
    kept.set(scope, { digest, answer, answeredAtMs: clock.nowMs() })
    results += rules.countResults(answer)
    watch()
  }

  return {
    async answer(post, { carryOut, refuse }) {
      forget()
      const { scope, digest } = post
      const first = kept.get(scope) ?? running.get(scope)
      const decision = rules.decideRepeat(first, digest)
      if (decision instanceof Refusal) throw decision
      if (decision === 'repeat' && first?.answer) {
        metrics.count('posts_repeated')
        return rules.makeRepeatedAnswer(first.answer)
      }
      const next = oldest()
      // Each that runs will be one result at least.
      const full = rules.decideResultRoom(
        results + running.size,
        limits.idempotency_results,
        next ? restMs(next) / 1000 : 0,
      )
      running.set(scope, { digest, answeredAtMs: clock.nowMs() })
      try {
        const answer = full ? refuse(full) : await carryOut()
        if (rules.decideKept(answer)) keep(post, answer)
        return answer
      } finally {
        running.delete(scope)
      }
    },
    stop: () => cancel?.(),
  }
}
