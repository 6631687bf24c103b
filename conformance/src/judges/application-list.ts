/** Judges of lists of users: who is in them, when they come, and in which order. */

import type { FrameEvent } from '../timeline/event.ts'
import { listIn } from '../timeline/push.ts'
import { answerTo, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { pushesTo, signedInAs } from './application.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { noAnswer } from './problem.ts'

/** What the suite does. */
const CAUSES: ReadonlySet<string> = new Set(['request', 'sent', 'note'])

/** The lists that arrived at the page of a role, in order. */
export function listsTo(timeline: Timeline, as: string): { event: FrameEvent; ids: string[] }[] {
  return pushesTo(timeline, as).flatMap(({ event, push }) => {
    const ids = listIn(push)
    return ids ? [{ event, ids }] : []
  })
}

/** The list in the answer of `reader` has the user that signed in as each of these roles, once. */
export function lists(reader: string, ...roles: readonly string[]): Judge {
  return onList(reader, (ids, timeline) => {
    for (const as of roles) {
      const id = signedInAs(timeline, as)
      const times = ids.filter((one) => one === id).length
      if (times !== 1) return [`${as} (${show(id)}) once in the list`, `${times} times`]
    }
    return undefined
  })
}

/** The list in the answer of `reader` has none of these roles. */
export function listsNot(reader: string, ...roles: readonly string[]): Judge {
  return onList(reader, (ids, timeline) => {
    const as = roles.find((role) => ids.includes(idOf(timeline, role)))
    return as === undefined
      ? undefined
      : [`a list without ${as}`, `${show(idOf(timeline, as))} is in it`]
  })
}

/** The client id of a role that signed in, or that a note names. */
function idOf(timeline: Timeline, as: string): string {
  return signedInAs(timeline, as) ?? eventsOf(timeline, 'note', as)[0]?.what ?? ''
}

function onList(
  reader: string,
  judge: (ids: string[], timeline: Timeline) => [expected: string, got: string] | undefined,
): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, reader)
    if (!answer) return noAnswer(timeline, reader, 'a list of users')
    const ids = listIn(readObject(answer.body))
    if (!ids) return fail('a list of users', `status ${answer.status} ${show(answer.body)}`, answer)
    const wrong = judge(ids, timeline)
    return wrong ? fail(...wrong, answer) : PASS
  }
}

/** A list that has the client id of role `user`, or lacks it, arrived at `page` after what `after` did last. */
export function pushedList(page: string, user: string, isThere: boolean, after: string): Judge {
  return (timeline) => {
    const cause = timeline.events.findLast(({ kind, as }) => as === after && CAUSES.has(kind))
    const id = signedInAs(timeline, user)
    if (!cause || id === undefined) return inconclusive(`${after} was not sent`)
    const came = listsTo(timeline, page).filter(({ event }) => event.n > cause.n)
    return came.some(({ ids }) => ids.includes(id) === isThere)
      ? PASS
      : fail(
          `a list with${isThere ? '' : 'out'} ${user} at ${page} after ${after}`,
          came.length === 0 ? 'no list' : `${came.length} lists, none of them`,
          came.at(-1)?.event,
        )
  }
}

/** Of the users that signed in as `roles`, one after the other, no list at `page` knows fewer than the one before. */
export function growingLists(page: string, roles: readonly string[]): Judge {
  return (timeline) => {
    const own = roles.map((as) => signedInAs(timeline, as))
    let most = 0
    for (const { event, ids } of listsTo(timeline, page)) {
      const known = own.filter((id) => id !== undefined && ids.includes(id)).length
      if (known < most)
        return fail(`a list with at least ${most} of them`, `one with ${known}`, event)
      most = known
    }
    return most === own.length
      ? PASS
      : inconclusive(`only ${most} of ${own.length} were listed at last`)
  }
}
