/** Questions that judges of clients ask a timeline; pure. */

import type {
  AttemptEvent,
  CloseEvent,
  SentEvent,
  TimelineEvent,
  ToldEvent,
} from '../../timeline/event.ts'
import { eventsOf, readObject, type Timeline } from '../../timeline/timeline.ts'
import { ENDING } from '../ending.ts'

/** Seconds by which a timer of a client may seem early: the two clocks round. */
export const EARLY = 0.02
/** Seconds that a client may need, beside its timers, to ask for a token and to open a connection. */
export const LATE = 1

/** An attempt and what became of it. */
export interface SeenAttempt {
  readonly event: AttemptEvent
  /** The first ending of either side. */
  readonly end?: SentEvent | CloseEvent
}

/** The attempts of a channel, in order. */
export function attemptsOf(timeline: Timeline, role: string): SeenAttempt[] {
  return eventsOf(timeline, 'attempt')
    .filter(({ as }) => as.replace(/#\d+$/, '') === role)
    .map((event) => {
      const end = timeline.events.find(
        (other): other is SentEvent | CloseEvent => other.as === event.as && isEnding(other),
      )
      return { event, ...(end && { end }) }
    })
}

/** The attempt of this place, from 1. */
export function attemptOf(
  timeline: Timeline,
  role: string,
  place: number,
): SeenAttempt | undefined {
  return attemptsOf(timeline, role)[place - 1]
}

function isEnding(event: TimelineEvent): boolean {
  if (event.kind === 'close') return true
  return (
    event.kind === 'sent' &&
    Object.values(ENDING).some((beginning) => event.what.startsWith(beginning))
  )
}

/** Seconds from the end of the attempt of this place to the next attempt; negative where that came before the end. */
export function waitAfter(timeline: Timeline, role: string, place: number): number | undefined {
  const [before, after] = attemptsOf(timeline, role).slice(place - 1)
  if (!before?.end || !after) return undefined
  return (after.event.atMs - before.end.atMs) / 1000
}

/** What the page was told of a channel, in order, of one kind where given. */
export function toldOf(timeline: Timeline, role: string, what?: string): ToldEvent[] {
  return eventsOf(timeline, 'told', role).filter(
    (event) => what === undefined || event.what === what,
  )
}

/** The data that the page was given, in order. */
export function givenOf(timeline: Timeline, role: string, what = 'message'): unknown[] {
  return toldOf(timeline, role, what).map(({ members }) => members.data)
}

/** The first welcome of an attempt. */
export function welcomeOn(timeline: Timeline, as: string): SentEvent | undefined {
  return eventsOf(timeline, 'sent', as).find(({ what }) => readObject(what)?.type === 'welcome')
}
