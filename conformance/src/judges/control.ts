/** Judges of control: how many connections a disconnect closed, and that no dead token leaves one open. */

import { answerTo, closeOf, eventsOf, readObject } from '../timeline/timeline.ts'
import { answeredAs } from './call.ts'
import { closed, notWelcomed, outcomeOf } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { describeReport, reportsOf } from './presence.ts'

/** What an end without a Close frame is recorded as. */
const LOST = 1006

/** The disconnect of this role was answered, and closed this many connections. */
export function countsClosed(as: string, connections: number): Judge {
  return all(answeredAs(as, 200, 'DisconnectAnswer'), (timeline) => {
    const answer = answerTo(timeline, as)
    const got = readObject(answer?.body ?? '')?.connections
    return got === connections ? PASS : fail(`connections ${connections}`, show(got), answer)
  })
}

/** The token of this role was refused as one that cannot be verified. */
export function refusedAsDead(as: string): Judge {
  return all(notWelcomed(as), closed(as, 'token-invalid'))
}

/** Every connection of these roles that was opened ended with a Close frame, also by a newer one of them. */
export function leftNoneOpen(...roles: readonly string[]): Judge {
  return (timeline) => {
    const opened = roles.filter((as) => eventsOf(timeline, 'open', as).length > 0)
    const wrong = opened.find((as) => [undefined, LOST].includes(closeOf(timeline, as)?.code))
    if (wrong !== undefined) {
      const got = `${wrong}: ${outcomeOf(timeline, wrong)}`
      return fail('the close of every connection', got, closeOf(timeline, wrong))
    }
    return opened.length > 0 ? PASS : inconclusive('no connection was opened')
  }
}

/** The first reports about a role are of these events, in this order, and the last of them has this reason. */
export function reportedInOrder(as: string, events: readonly string[], reason: string): Judge {
  return (timeline) => {
    const reports = reportsOf(timeline, as).slice(0, events.length)
    const last = reports.at(-1)
    const isRight =
      events.every((event, at) => reports[at]?.fields.event === event) &&
      last?.fields.reason === reason
    const got = reports.map(describeReport).join('; ') || 'nothing'
    return isRight
      ? PASS
      : fail(`${events.join(', ')} with reason ${reason} about ${as}`, got, last?.event)
  }
}

/** The messages of this role, each posted when the one before was answered, reached no connection. */
export function reachesNobody(as: string): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    const taken = answers.filter(({ status }) => status === 200)
    const wrong = taken.find(({ body }) => readObject(body)?.connections !== 0)
    if (wrong) return fail('connections 0', show(readObject(wrong.body)?.connections), wrong)
    return taken.length > 0 ? PASS : inconclusive(`no post of ${as} was accepted`)
  }
}
