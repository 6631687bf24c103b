/** What is kept of posts that may be sent again: it alone knows what a repeated post is answered. */
import type { Act, Broker, KeyedPost } from '../broker-port.ts'
import type { Clock, Limits, Log, Metrics, Timings } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from './problem.ts'
import type { Rules } from './rule-book.ts'

/** Carries out each post once. */
export interface KeptAnswers {
  /**
   * Answers a post: by `carryOut`, unless the same post was answered before. Rejects with the Refusal
   * `idempotency-in-progress` or `idempotency-key-reused`, or as `carryOut` or the broker does, and then keeps nothing.
   */
  answer(post: KeyedPost, carrying: Carrying): Promise<Answer>
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
  ports: { broker: Pick<Broker, 'claim' | 'keepAnswer' | 'release'>; clock: Clock; log: Log } & {
    metrics: Metrics
  }
  timings: Pick<Timings, 'idempotency_window_seconds'>
  limits: Pick<Limits, 'idempotency_results'>
}

/** One of the parts of a post; nothing of a post without a key. */
export function makeAct(post: KeyedPost | undefined, item: number): Act | undefined {
  return post && { ...post, item }
}

/**
 * Answers that the broker keeps.
 * @spec idempotency.repeat.once
 * @spec idempotency.results.bounded
 */
export function makeKeptAnswers({ rules, ports, timings, limits }: Keeping): KeptAnswers {
  const { broker, clock, log, metrics } = ports

  /** Seconds until an answer is forgotten. */
  const restSeconds = (answeredAtMs: number): number => {
    const atMs = rules.decideForgottenAtMs({ answeredAtMs }, timings.idempotency_window_seconds)
    return (atMs - clock.nowMs()) / 1000
  }
  /** What was carried out stays so, and is answered, where its answer cannot be kept. */
  const settle = async (work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause
      log.warn({ err: cause }, 'the answer to a post with a key cannot be kept')
    }
  }

  return {
    async answer(post, { carryOut, refuse }) {
      const { first, results, oldestAtMs } = await broker.claim(post)
      const decision = rules.decideRepeat(first, post.digest)
      if (decision instanceof Refusal) throw decision
      if (decision === 'repeat' && first?.answer) {
        metrics.count('posts_repeated')
        return rules.makeRepeatedAnswer(first.answer)
      }
      let isKept = false
      try {
        // Each that runs will be one result at least.
        const waitSeconds = oldestAtMs === undefined ? 0 : restSeconds(oldestAtMs)
        const full = rules.decideResultRoom(results, limits.idempotency_results, waitSeconds)
        const answer = full ? refuse(full) : await carryOut()
        isKept = rules.decideKept(answer)
        if (isKept) await settle(broker.keepAnswer(post, answer, rules.countResults(answer)))
        return answer
      } finally {
        if (!isKept) await settle(broker.release(post))
      }
    },
  }
}
