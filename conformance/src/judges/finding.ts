/** What a judge may say, and how judges are joined; pure. */

import { cut } from '../timeline/cut.ts'
import type { TimelineEvent } from '../timeline/event.ts'
import type { Timeline } from '../timeline/timeline.ts'

/** The outcome of judging one timeline for one requirement. */
export type Finding =
  | { readonly verdict: 'pass' }
  | {
      readonly verdict: 'fail'
      readonly expected: string
      readonly got: string
      /** The event that breaks the requirement, where one does. */
      readonly offender?: number
    }
  | { readonly verdict: 'inconclusive'; readonly reason: string }

/** A pure function of a timeline. */
export type Judge = (timeline: Timeline) => Finding

/** The requirement was met. */
export const PASS: Finding = { verdict: 'pass' }

/** The requirement was broken, at `offender` where an event shows it. */
export function fail(expected: string, got: string, offender?: TimelineEvent): Finding {
  return offender
    ? { verdict: 'fail', expected, got, offender: offender.n }
    : { verdict: 'fail', expected, got }
}

/** Nothing can be said. */
export function inconclusive(reason: string): Finding {
  return { verdict: 'inconclusive', reason }
}

/** Passes when every judge passes; otherwise the first other finding. */
export function all(...judges: readonly Judge[]): Judge {
  return (timeline) => {
    for (const judge of judges) {
      const finding = judge(timeline)
      if (finding.verdict !== 'pass') return finding
    }
    return PASS
  }
}

/** Passes when the judge of every role passes; otherwise the first other finding. */
export function each(roles: readonly (string | number)[], judge: (as: string) => Judge): Judge {
  return all(...roles.map((role) => judge(String(role))))
}

/** A value as a reader wants to see it: JSON, cut to 200 characters. */
export function show(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value), 200)
}
