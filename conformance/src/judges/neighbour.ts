/** Judges of neighbours: clients and calls that somebody else's misbehaviour must not touch. */

import { closeOf, envelopesOf, eventsOf, readObject } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { MESSAGES } from './stream.ts'

/** Every post of `poster` was accepted, and its data arrived on the connection of `as`, which did not end. */
export function undisturbed(as: string, poster: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', poster)
    const posts = eventsOf(timeline, 'request', poster)
    if (posts.length === 0) return inconclusive('nothing was posted')
    const refusal = answers.find(({ status }) => status !== 200)
    if (refusal || answers.length < posts.length) {
      const lost = eventsOf(timeline, 'failure', poster)[0]
      const got = refusal ? `status ${refusal.status}` : (lost?.what ?? 'no answer')
      return fail('every post accepted', got, refusal ?? lost)
    }
    const close = closeOf(timeline, as)
    if (close) return fail('a connection that stays open', outcomeOf(timeline, as), close)
    const arrived = new Set(
      envelopesOf(timeline, as, stream.type).map(({ envelope }) => envelope.data),
    )
    const missing = posts.find(({ body }) => !arrived.has(readObject(body)?.data))
    return missing
      ? fail(
          `every ${stream.type} on the one connection`,
          `${show(missing.body)} did not arrive`,
          missing,
        )
      : PASS
  }
}

/** The first message of `poster` arrived on the connection of `as`. */
export function firstDelivered(as: string, poster: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const first = readObject(eventsOf(timeline, 'request', poster)[0]?.body ?? '')
    return envelopesOf(timeline, as, stream.type).some(
      ({ envelope }) => envelope.data === first?.data,
    )
      ? PASS
      : fail('the first message delivered', outcomeOf(timeline, as))
  }
}
