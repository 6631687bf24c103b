/** What stands as data in the HTML page: what the writer of the page and its script have to agree upon. */

import type { Report } from '@channel-protocol/schemas/types'
import type { Lane } from './sequence.ts'

type CheckResult = Report['results'][number]

/** The data of a page. */
export interface PageData {
  readonly targets: readonly TargetData[]
  /** By id of the check, one entry per target; null where a target was not asked. */
  readonly checks: Readonly<Record<string, readonly (CheckData | null)[]>>
  /** What a conforming server did, by id of the check. */
  readonly goldens: Readonly<Record<string, readonly string[]>>
}

/** A target. */
export interface TargetData {
  readonly label: string
  /** The command that makes a check again, `{check}` in place of its id. */
  readonly again: string
}

/** What one check said of one target. */
export interface CheckData
  extends Pick<
    CheckResult,
    'verdict' | 'reason' | 'expected' | 'got' | 'control' | 'clock' | 'observed' | 'offender'
  > {
  readonly ms: number
  /** The check during which an invariant saw it; absent where it was its own. */
  readonly seenIn?: string
  /** Present where it is not that of the target. */
  readonly again?: string
  /** Which role of the protocol was judged. */
  readonly judged: Lane
  /** Whether {@link eventsId} names an element with what was seen. */
  readonly hasEvents: boolean
}

/** The id of the element that holds the events of a check, of the target with this number. */
export function eventsId(target: number, check: string): string {
  return `events-${target}-${check}`
}

/** How the column of a target is called. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`
}
