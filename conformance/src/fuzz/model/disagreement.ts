/** How the model says that what was seen cannot be: the requirement or the cell of a state table, what it expects, what came. */

import type { TimelineEvent } from '../../timeline/event.ts'
import type { CellName } from '../states.ts'

/** What the model and a target disagree about. */
export interface Finding {
  readonly requirement: string
  /** Where the requirement's own state table says so. */
  readonly cell?: CellName
  readonly expected: string
  readonly got: string
  /** The turn of the sequence that shows it. */
  readonly turn: number
  /** Number of the event that cannot be. */
  readonly offender?: number
}

/** Thrown at the first thing that cannot be. */
export class Disagreement extends Error {
  readonly what: Omit<Finding, 'turn'>

  constructor(
    what: Omit<Finding, 'turn' | 'offender'> & { readonly at?: TimelineEvent | undefined },
  ) {
    super(`${what.requirement}: expected ${what.expected}, got ${what.got}`)
    const { at, ...rest } = what
    this.what = { ...rest, ...(at && { offender: at.n }) }
  }
}

/** Thrown where nothing can be said: two things happened so close together that either order is possible. */
export class Unclear extends Error {}
