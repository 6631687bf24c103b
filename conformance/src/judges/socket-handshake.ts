/** Judges of the handshake with the application: how often it came, what waited for it, what was held and sent. */

import { RELEASE } from '../timeline/event.ts'
import { latestSeconds } from '../timeline/latest.ts'
import { closeOf, eventsOf, readObject, type Timeline, webhooksOf } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

const ID = /^[A-Za-z0-9\-_]{20,64}$/

/** The handshake of this role was attempted exactly once. */
export function shookOnce(as: string): Judge {
  return (timeline) => {
    const [first, again] = webhooksOf(timeline, as, 'handshake')
    if (!first) return fail(`a handshake about ${as}`, 'none')
    return again ? fail(`one handshake about ${as}`, 'another', again.event) : PASS
  }
}

/** As the condition of something else: the handshake of this role reached the application. */
export function shook(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'handshake').length > 0
      ? PASS
      : fail(`a handshake about ${as}`, 'none')
}

/** As the condition of something else: the application was never asked about the socket of this role. */
export function unasked(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'handshake').length === 0
      ? PASS
      : inconclusive(`the handshake about ${as} found a place`)
}

/** The handshakes of these roles carry ids of the grammar, none twice. */
export function idsUnique(count: number, ...roles: readonly string[]): Judge {
  return (timeline) => {
    const handshakes = roles.flatMap((as) => webhooksOf(timeline, as, 'handshake'))
    if (handshakes.length < count) {
      return inconclusive(`${handshakes.length} of ${count} handshakes came`)
    }
    const seen = new Set<string>()
    for (const { event, fields } of handshakes) {
      const id = fields.from ?? ''
      if (!ID.test(id)) return fail('an id that matches socket-id', show(fields.from), event)
      if (seen.has(id)) return fail('an id that no other socket has had', show(id), event)
      seen.add(id)
    }
    return PASS
  }
}

/** The service closed the socket of this role no later than a handshake may take. */
export function closedAfterHandshake(as: string): Judge {
  return (timeline) => {
    const handshake = webhooksOf(timeline, as, 'handshake')[0]
    const close = closeOf(timeline, as)
    if (!handshake || !close) return inconclusive('there is no handshake or no close')
    const limit = latestSeconds(timeline.advertised, 'webhook_timeout_seconds')
    const took = (close.atMs - handshake.event.atMs) / 1000
    return took <= limit
      ? PASS
      : fail(`a close within ${limit} s of the handshake`, `one after ${took.toFixed(1)} s`, close)
  }
}

/** Nothing of this role reached the other one, where a redirect pointed. */
export function notFollowed(elsewhere: string): Judge {
  return (timeline) => {
    const followed = webhooksOf(timeline, elsewhere)[0]
    return followed
      ? fail('no request to where the redirect pointed', followed.event.path, followed.event)
      : PASS
  }
}

/** The messages of this role came after its handshake was let go; at least one came. */
export function messagesWaited(as: string): Judge {
  return (timeline) => {
    const messages = webhooksOf(timeline, as, 'message')
    const early = messages.find(({ event }) => event.n < releaseOf(timeline))
    if (early) {
      return fail(
        'no message before the handshake was answered',
        `one with body ${show(early.fields.body)}`,
        early.event,
      )
    }
    return messages.length > 0 ? PASS : inconclusive(`no message of ${as} came at all`)
  }
}

/** No message of this role reached the application. */
export function noMessages(as: string): Judge {
  return (timeline) => {
    const message = webhooksOf(timeline, as, 'message')[0]
    return message
      ? fail(`no message of ${as}`, `one with body ${show(message.fields.body)}`, message.event)
      : PASS
  }
}

/** Every send of this role was answered with `delivered` true for each entry. */
export function taken(as: string): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    const other = answers.find(({ body }) => !deliveries(body).every((one) => one === true))
    if (answers.length === 0) return inconclusive(`nothing was sent as ${as}`)
    return other ? fail('delivered true', show(other.body), other) : PASS
  }
}

/** The first send of this role was answered with `delivered` false. */
export function declined(as: string): Judge {
  return (timeline) => {
    const answer = eventsOf(timeline, 'answer', as)[0]
    if (!answer) return inconclusive(`nothing was sent as ${as}`)
    const [delivered] = deliveries(answer.body)
    return delivered === false ? PASS : fail('delivered false', show(answer.body), answer)
  }
}

/** What `sender` sent arrived on the socket of `as`, in its order and nothing else, after its handshake was let go. */
export function heldArrived(as: string, sender: string): Judge {
  return (timeline) => {
    const expected = bodiesOf(timeline, sender)
    if (expected.length === 0) return inconclusive(`nothing was sent as ${sender}`)
    const own = new Set(expected)
    const frames = eventsOf(timeline, 'frame', as).filter(
      ({ type, text }) => type === 'text' && own.has(text),
    )
    const early = frames.find(({ n }) => n < releaseOf(timeline))
    if (early) {
      return fail('no text before the handshake was answered', show(early.text), early)
    }
    const wrong = expected.findIndex((text, at) => frames[at]?.text !== text)
    if (wrong >= 0) {
      const got = frames[wrong]
      return fail(
        `text ${wrong + 1} to be ${show(expected[wrong])}`,
        got ? show(got.text) : `nothing; ${outcomeOf(timeline, as)}`,
        got,
      )
    }
    const extra = frames[expected.length]
    return extra ? fail(`${expected.length} texts`, `another, ${show(extra.text)}`, extra) : PASS
  }
}

/** Everything that `sender` sent arrived on the socket of `as`, whenever. */
export function arrivedOn(as: string, sender: string): Judge {
  return (timeline) => {
    const frames = eventsOf(timeline, 'frame', as).map(({ text }) => text)
    const missing = bodiesOf(timeline, sender).find((body) => !frames.includes(body))
    return missing === undefined ? PASS : fail(`${show(missing)} on ${as}`, 'it did not arrive')
  }
}

/** Nothing that `sender` sent arrived on the socket of `as`, which has ended since, or got a later text. */
export function neverArrived(as: string, sender: string): Judge {
  return (timeline) => {
    const own = bodiesOf(timeline, sender)
    if (own.length === 0) return inconclusive(`nothing was sent as ${sender}`)
    const frame = eventsOf(timeline, 'frame', as).find(
      ({ type, text }) => type === 'text' && own.includes(text),
    )
    return frame ? fail(`no text of ${sender}`, show(frame.text), frame) : PASS
  }
}

function deliveries(body: string): unknown[] {
  const results = readObject(body)?.results
  if (!Array.isArray(results) || results.length === 0) return [undefined]
  return results.map((result: { delivered?: unknown } | null) => result?.delivered)
}

function bodiesOf(timeline: Timeline, as: string): string[] {
  return eventsOf(timeline, 'request', as).flatMap(({ body: json }) => {
    const { sockets, body } = readObject(json) ?? {}
    return typeof body === 'string' ? [sockets].flat().map(() => body) : []
  })
}

function releaseOf(timeline: Timeline): number {
  return eventsOf(timeline, 'note', RELEASE)[0]?.n ?? 0
}
