/** Knows what is worth a second look: what was spoilt by whoever measured, and what could not be judged in the crowd. */

import { noteOfDisturbance } from './judgement.ts'
import type { StallWatch } from './stall-watch.ts'
import type { TimelineEvent } from './timeline/event.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result } from './verdict.ts'

/** A stall of the suite that a judge may take for something else. */
const STALL_MS = 200
const ATTEMPTS = 3
/** Groups that a busy machine explains: where there are more, it is the target. */
const MOST_UNCLEAR = 16

/** What came of a first look. */
export interface Look {
  readonly results: Result[]
  /** `spoilt` by the suite, which stood still; `unclear` where something is inconclusive and nothing failed. */
  readonly outcome: 'decided' | 'spoilt' | 'unclear'
}

/** A look that decided nothing, and what was looked at. */
export interface Undecided<T> extends Look {
  readonly of: T
}

/** Makes checks once. What failed while the suite ran is decided, however busy the target was. */
export async function lookOnce(
  watch: Pick<StallWatch, 'longestSince'>,
  run: () => Promise<Result[]>,
): Promise<Look> {
  const startedMs = performance.now()
  const results = await run()
  const uncertain = results.filter((result) => !isCertain(result))
  const isSpoilt = uncertain.length > 0 && watch.longestSince(startedMs) >= STALL_MS
  const isUnclear =
    uncertain.length > 0 && uncertain.every(({ verdict }) => verdict === 'inconclusive')
  return { results, outcome: isSpoilt ? 'spoilt' : isUnclear ? 'unclear' : 'decided' }
}

/** What is to be made again: all that was spoilt, and what is unclear where it is little. */
export function worthAnotherLook<T>(undecided: readonly Undecided<T>[]): {
  again: T[]
  rest: readonly Undecided<T>[]
} {
  const spoilt = undecided.filter(({ outcome }) => outcome === 'spoilt')
  const unclear = undecided.filter(({ outcome }) => outcome === 'unclear')
  const isFew = unclear.length <= MOST_UNCLEAR
  const again = isFew ? [...spoilt, ...unclear] : spoilt
  return { again: again.map(({ of }) => of), rest: isFew ? [] : unclear }
}

/**
 * Makes checks again when one did not pass while the suite itself stood still. This is no second chance for
 * the target: the first measurement was spoilt by whoever measured.
 */
export async function runUndisturbed(
  watch: Pick<StallWatch, 'longestSince'>,
  run: () => Promise<Result[]>,
): Promise<Result[]> {
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = performance.now()
    const results = await run()
    const stalledMs = watch.longestSince(startedMs)
    if (stalledMs < STALL_MS || results.every(isCertain)) return results
    if (attempt === ATTEMPTS)
      return results.map((result) => (isCertain(result) ? result : spoilt(result, stalledMs)))
  }
}

/** Whether no stall of the suite can have made a result what it is. */
function isCertain({ verdict }: Result): boolean {
  return verdict === 'pass' || verdict === 'defect'
}

function spoilt(result: Result, stalledMs: number): Result {
  const stalled = `the suite itself stood still for ${Math.round(stalledMs)} ms, ${ATTEMPTS} times in a row; run it on a calmer machine`
  const reason = `${stalled}; the last time: ${describeResult(result)}`
  const { check, requirement, durationMs, timeline, standIns, clock } = result
  return {
    check,
    requirement,
    verdict: 'inconclusive',
    reason,
    durationMs,
    ...(timeline && { timeline: withNote(timeline, reason) }),
    ...(standIns && { standIns }),
    ...(clock && { clock }),
  }
}

/** A saved run that is judged again must find the disturbance too. */
function withNote(timeline: Timeline, reason: string): Timeline {
  const { events } = timeline
  const last = { n: events.length + 1, atMs: events.at(-1)?.atMs ?? 0 }
  const note: TimelineEvent = { ...last, ...noteOfDisturbance(reason) }
  return { ...timeline, events: [...events, note] }
}

/** What was seen of a check that did not pass. */
function describeResult({ reason, expected, got }: Result): string {
  return reason ?? `expected ${expected}, got ${got}`
}
