/** Shows the invariants every timeline of a run, and turns what they saw into their results; it alone holds a run's memory. */

import type { Check } from '../check.ts'
import { isMust, type Ledger } from '../ledger.ts'
import { redact } from '../timeline/redact.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Result, Verdict } from '../verdict.ts'
import { readFacts } from './facts.ts'
import { INVARIANTS } from './index.ts'
import { NO_EVIDENCE, startWatch } from './invariant.ts'

/** Watches one run. */
export interface Observation {
  /** Takes in what one stimulus showed, once, and for which checks; `secrets` are those that it must not tell. */
  take(timeline: Timeline, checks: readonly Pick<Check, 'id'>[], secrets: Iterable<string>): void
  /** The results with those of the invariants over the whole run; of other checks they are as they were. */
  settle(results: readonly Result[], ledger: Ledger): Result[]
}

/** What is said of an invariant in spite of all that others saw: it was not asked for, or the suite is at fault. */
const KEPT: readonly Verdict[] = ['not-run', 'unsupported', 'defect']

function pick({ timeline, standIns }: Result): Partial<Result> {
  return { ...(timeline && { timeline }), ...(standIns && { standIns }) }
}

/** Begins to watch a run against the service at `baseUrl`. */
export function observe(baseUrl: string): Observation {
  const watches = new Map(INVARIANTS.map(({ id, begin }) => [id, startWatch(begin)]))
  const origins = new Map<string, { checks: readonly string[]; secrets: readonly string[] }>()
  let number = 0
  return {
    take(timeline, checks, secrets) {
      number += 1
      const facts = readFacts(timeline, baseUrl, number)
      for (const [id, watch] of watches) {
        watch.take(facts)
        if (watch.seen().violation && !origins.has(id))
          origins.set(id, { checks: checks.map((check) => check.id), secrets: [...secrets] })
      }
    },
    settle: (results, ledger) =>
      results.map((result): Result => {
        const seen = watches.get(result.check)?.seen()
        if (!seen || KEPT.includes(result.verdict)) return result
        const { check, requirement, durationMs } = result
        const { observed, violation } = seen
        const base = { check, requirement, durationMs, observed }
        if (violation) {
          const { timeline, event, expected, got } = violation
          const verdict = isMust(ledger.find(requirement)) ? 'fail' : 'warn'
          const origin = origins.get(check)
          const isElsewhere = origin !== undefined && !origin.checks.includes(check)
          const broken = { ...base, verdict, expected, got, offender: event.n, timeline } as const
          // A recorded run keeps what was seen already, in its own way.
          const own = isElsewhere ? { seenIn: origin.checks[0] ?? '' } : pick(result)
          return { ...redact(broken, origin?.secrets ?? []), ...own }
        }
        if (observed === 0)
          return { ...result, ...base, verdict: 'inconclusive', reason: NO_EVIDENCE }
        // What its own stimulus could not show, others did.
        const { reason: _, ...rest } = result
        return { ...rest, ...base, verdict: 'pass' }
      }),
  }
}
