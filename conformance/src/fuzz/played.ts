/** What was done and seen of one sequence: plain data, which drives write and the model judges. */

import type { TimelineEvent } from '../timeline/event.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Step, Who } from './step.ts'

/** One step as it was done. Its requests have the role `step <turn>`. */
export interface PlayedStep {
  /** Counts everything that was done, from 1. */
  readonly turn: number
  /** Position in the sequence, from 1; absent of what the fuzzer did on its own, to wait or to end. */
  readonly number?: number
  readonly step: Step
  /** Numbers of its first and last event. */
  readonly from: number
  readonly to: number
  readonly startMs: number
  readonly endMs: number
  /** The role of the connection that it opened. */
  readonly connection?: string
  /** Which of the client's tokens it offered, from 0. */
  readonly token?: number
  /** The cursors that it offered. */
  readonly after?: string
  readonly afterBroadcast?: string
  /** The roles of the sockets that it concerned. */
  readonly sockets?: readonly string[]
  /** What was said on them. */
  readonly said?: readonly string[]
  /** Whether there was nothing to do it to. */
  readonly isSkipped?: true
}

/** A sequence as it was played. */
export interface Played {
  readonly timeline: Timeline
  readonly steps: readonly PlayedStep[]
  readonly clientIds: Readonly<Record<Who, string>>
  /** When the recording ended, in milliseconds since 1970. */
  readonly endMs: number
}

/** The events of one role, or of one step, that a step caused. */
export function eventsIn(
  { timeline }: Played,
  { from, to }: Pick<PlayedStep, 'from' | 'to'>,
  as?: string,
): TimelineEvent[] {
  return timeline.events.slice(from - 1, to).filter((event) => as === undefined || event.as === as)
}
