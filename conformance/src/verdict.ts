/** What a run says of one check, and how the verdicts of checks make the verdict of a requirement. */

import type { Timeline } from './timeline/timeline.ts'

/** The verdicts; `defect` is a fault of the suite itself. */
export type Verdict =
  | 'pass'
  | 'fail'
  | 'warn'
  | 'unsupported'
  | 'inconclusive'
  | 'not-run'
  | 'defect'

/** The result of one check in one run. */
export interface Result {
  readonly check: string
  readonly requirement: string
  readonly verdict: Verdict
  /** Why it is inconclusive, not run, unsupported or a defect. */
  readonly reason?: string
  readonly expected?: string
  readonly got?: string
  /** Number of the event that breaks the requirement. */
  readonly offender?: number
  /** What became of the control arm; absent where the check has none. */
  readonly control?: string
  readonly durationMs: number
  /** Which clock gave the verdict; absent where nothing was waited for. */
  readonly clock?: 'real' | 'virtual'
  /** How many observations an invariant over all timelines judged; absent of other checks. */
  readonly observed?: number
  /** Of an invariant that another check's stimulus broke: that check, whose timeline this is. */
  readonly seenIn?: string
  /** What was seen, secrets redacted; absent where nothing ran, and of a pass unless the run is recorded. */
  readonly timeline?: Timeline
  /** Of a recorded run: what stands for the secrets of the timeline, that of `<secret 1>` first. */
  readonly standIns?: readonly string[]
}

const WORST_FIRST: readonly Verdict[] = [
  'defect',
  'fail',
  'inconclusive',
  'warn',
  'pass',
  'unsupported',
  'not-run',
]

/** The verdict of a requirement: the worst of its checks, where a check that ran outweighs one that did not. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'not-run'
}

/** Whether something was said about the requirement. */
export function isJudged(verdict: Verdict): boolean {
  return verdict === 'pass' || verdict === 'fail' || verdict === 'warn'
}
