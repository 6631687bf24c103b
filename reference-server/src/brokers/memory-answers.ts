/** Answers of posts with a key in this process's memory; it alone knows which are running and in which order the others are forgotten. */
import type { Broker, FirstPost } from '../broker-port.ts'
import type { Cancel } from '../ports.ts'
import type { BrokerParts } from './parts.ts'

/** What a broker keeps of posts with a key. */
export interface Answers extends Pick<Broker, 'claim' | 'keepAnswer' | 'release'> {
  /** Ends all waiting. */
  stop(): void
}

/**
 * Answers in memory, forgotten in the order in which they were given.
 * @spec idempotency.repeat.once
 * @spec idempotency.results.bounded
 */
export function makeMemoryAnswers(
  parts: Pick<BrokerParts, 'clock' | 'metrics' | 'rules' | 'timings'>,
): Answers {
  const { clock, metrics, rules, timings } = parts
  const running = new Map<string, FirstPost>()
  /** In the order of answering, so that the first is forgotten first. */
  const kept = new Map<string, { post: FirstPost; results: number }>()
  let results = 0
  let cancel: Cancel | undefined
  metrics.gauge('idempotency_results_kept', () => results)

  /** For how long an answer is still kept, in milliseconds. */
  const restMs = (post: FirstPost): number =>
    rules.decideForgottenAtMs(post, timings.idempotency_window_seconds) - clock.nowMs()
  const oldest = (): FirstPost | undefined => kept.values().next().value?.post
  const forget = (): void => {
    for (const [scope, { post, results: counted }] of kept) {
      if (restMs(post) > 0) break
      kept.delete(scope)
      results -= counted
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

  return {
    claim: async ({ scope, digest }) => {
      forget()
      const first = kept.get(scope)?.post ?? running.get(scope)
      const claim = {
        first,
        results: results + running.size,
        oldestAtMs: oldest()?.answeredAtMs,
      }
      if (!first) running.set(scope, { digest, answeredAtMs: clock.nowMs() })
      return claim
    },
    keepAnswer: async ({ scope, digest }, answer, counted) => {
      running.delete(scope)
      kept.set(scope, { post: { digest, answer, answeredAtMs: clock.nowMs() }, results: counted })
      results += counted
      watch()
    },
    release: async ({ scope }) => {
      running.delete(scope)
    },
    stop: () => cancel?.(),
  }
}
