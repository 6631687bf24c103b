/** What an invariant is: a check that judges what every stimulus of a run showed, beside one of its own. */

import type { Check } from '../check.ts'
import { type Finding, fail, inconclusive, PASS } from '../judges/finding.ts'
import type { TimelineEvent } from '../timeline/event.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Facts, readFacts } from './facts.ts'

/** Where one says what it saw. */
export interface Log {
  /** So many things were judged. */
  saw(count?: number): void
  /** The target broke it here; the first time counts. */
  broken(facts: Facts, event: TimelineEvent, expected: string, got: string): void
}

/** Judges the facts of one timeline after the other; may remember what it needs of earlier ones. */
export type Observer = (facts: Facts, log: Log) => void

/** A check that every timeline of a run is shown to. */
export interface Invariant extends Check {
  /** Begins a run. */
  readonly begin: () => Observer
}

/** What was seen so far. */
export interface Seen {
  readonly observed: number
  readonly violation?: {
    readonly timeline: Timeline
    readonly event: TimelineEvent
    readonly expected: string
    readonly got: string
  }
}

/** An observer that keeps count. */
export interface Watch {
  take(facts: Facts): void
  seen(): Seen
}

/** Nothing that an invariant judges was seen. */
export const NO_EVIDENCE = 'no evidence: nothing that it judges was seen'

/** Begins to watch. */
export function startWatch(begin: Invariant['begin']): Watch {
  const observer = begin()
  let observed = 0
  let violation: Seen['violation']
  const log: Log = {
    saw(count = 1) {
      observed += count
    },
    broken({ timeline }, event, expected, got) {
      violation ??= { timeline, event, expected, got }
    },
  }
  return {
    take: (facts) => observer(facts, log),
    seen: () => ({ observed, ...(violation && { violation }) }),
  }
}

/** Makes the invariant of these members; alone it judges what its own stimulus showed. */
export function makeInvariant(members: Omit<Invariant, 'judge'>): Invariant {
  return {
    ...members,
    judge(timeline) {
      const watch = startWatch(members.begin)
      watch.take(readFacts(timeline, timeline.advertised.baseUrl, 0))
      return conclude(watch.seen())
    },
  }
}

/** What was seen as a finding. */
export function conclude({ observed, violation }: Seen): Finding {
  if (violation) return fail(violation.expected, violation.got, violation.event)
  return observed === 0 ? inconclusive(NO_EVIDENCE) : PASS
}
