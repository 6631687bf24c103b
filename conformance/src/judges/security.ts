/** Judges of what answers give away to somebody without a key. */

import type { AnswerEvent } from '../timeline/event.ts'
import { answerTo, eventsOf, readObject } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/**
 * The refusal of `as` is the same as those of the twins, which differ from each other only in what differs from
 * request to request. Passes where the request was not made.
 */
export function answeredAlike(as: string, twins: readonly [string, string]): Judge {
  return (timeline) => {
    if (eventsOf(timeline, 'request', as).length === 0) return PASS
    const answer = answerTo(timeline, as)
    const [one, two] = twins.map((twin) => answerTo(timeline, twin))
    if (!answer || !one || !two) return inconclusive('not every request was answered')
    if ([answer, one, two].some(({ status }) => status < 400)) {
      return inconclusive('a request with a wrong key was not refused')
    }
    const [said, first, second] = [answer, one, two].map(readTraits) as [Traits, Traits, Traits]
    const names = new Set([said, first, second].flatMap((traits) => Object.keys(traits)))
    for (const name of names) {
      if (first[name] === second[name] && said[name] !== first[name]) {
        return fail(
          `${name} ${show(first[name])} for every client id`,
          `${show(said[name])} for one in use`,
          answer,
        )
      }
    }
    return PASS
  }
}

type Traits = Readonly<Record<string, string | undefined>>

/** Everything that an answer says, by name. */
function readTraits({ status, headers, body }: AnswerEvent): Traits {
  const document = readObject(body)
  return {
    status: String(status),
    ...Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name !== 'date' && name !== 'content-length')
        .map(([name, value]) => [`header ${name}`, value]),
    ),
    ...(document
      ? Object.fromEntries(
          Object.entries(document).map(([name, value]) => [
            `member ${name}`,
            JSON.stringify(value),
          ]),
        )
      : { body }),
  }
}
