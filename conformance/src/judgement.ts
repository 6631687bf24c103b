/** Turns what was seen of a check into what is said of it: the same for a run that was just made and for one that was saved. */

import type { Check } from './check.ts'
import { SetUpFailed, Unsupported } from './drive/set-up-failed.ts'
import type { Finding } from './judges/finding.ts'
import { isMust, type Ledger } from './ledger.ts'
import { type NoteEvent, OBSERVED_KINDS, type Unrecorded } from './timeline/event.ts'
import type { Timeline } from './timeline/timeline.ts'
import type { Result } from './verdict.ts'

/** What a judgement is: a result without the check, and without what was measured beside it. */
export type Judgement = Pick<
  Result,
  'verdict' | 'reason' | 'expected' | 'got' | 'offender' | 'control'
>

/** The roles of notes by which the suite says of itself why nothing can be judged. */
const TROUBLE = {
  inconclusive: 'suite',
  defect: 'suite defect',
  'not-run': 'suite, for the implementation',
} as const

/** What a drive that threw leaves in the timeline, so that whoever judges knows. */
export function noteOfThrown(error: unknown): Unrecorded<NoteEvent> {
  if (error instanceof Unsupported)
    return { kind: 'note', as: TROUBLE['not-run'], what: error.message }
  return error instanceof SetUpFailed
    ? { kind: 'note', as: TROUBLE.inconclusive, what: `set-up failed: ${error.message}` }
    : {
        kind: 'note',
        as: TROUBLE.defect,
        what: `the check's drive threw: ${(error as Error).stack ?? String(error)}`,
      }
}

/** What a suite that disturbed itself leaves in the timeline. */
export function noteOfDisturbance(what: string): Unrecorded<NoteEvent> {
  return { kind: 'note', as: TROUBLE.inconclusive, what }
}

/** Whether a check that fails breaks the verdict: it judges a MUST and is not provisional. */
export function isBinding(
  { proves, provisional }: Pick<Check, 'proves' | 'provisional'>,
  ledger: Ledger,
): boolean {
  return !provisional && isMust(ledger.find(proves))
}

/** Judges a recorded timeline: the control arm first, then the requirement; a pass needs something observed. */
export function judgeCheck(
  check: Pick<Check, 'control' | 'judge'>,
  timeline: Timeline,
  isBinding: boolean,
): Judgement {
  const trouble = findTrouble(timeline)
  if (trouble) return trouble
  try {
    const control = check.control?.(timeline)
    if (control && control.verdict !== 'pass') {
      const why = describeFinding(control)
      return {
        verdict: 'inconclusive',
        reason: `the control arm did not work: ${why}`,
        control: why,
      }
    }
    const arm = control && { control: 'worked' }
    const finding = check.judge(timeline)
    if (finding.verdict === 'pass') {
      return timeline.events.some(({ kind }) => OBSERVED_KINDS.has(kind))
        ? { verdict: 'pass', ...arm }
        : { verdict: 'inconclusive', reason: 'nothing was observed', ...arm }
    }
    return finding.verdict === 'fail' && !isBinding
      ? { ...finding, verdict: 'warn', ...arm }
      : { ...finding, ...arm }
  } catch (error) {
    return {
      verdict: 'defect',
      reason: `a judge threw: ${(error as Error).stack ?? String(error)}`,
    }
  }
}

function findTrouble({ events }: Timeline): Judgement | undefined {
  for (const verdict of ['defect', 'not-run', 'inconclusive'] as const) {
    const note = events.findLast(
      (event): event is NoteEvent => event.kind === 'note' && event.as === TROUBLE[verdict],
    )
    if (note) return { verdict, reason: note.what }
  }
  return undefined
}

function describeFinding(finding: Finding): string {
  if (finding.verdict === 'fail') return `expected ${finding.expected}, got ${finding.got}`
  return finding.verdict === 'inconclusive' ? finding.reason : 'worked'
}
