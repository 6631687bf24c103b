/** Judges of event streams: how one is opened, refused and announced to scripts, and the form of its events. */

import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { AnswerEvent, FrameEvent } from '../timeline/event.ts'
import { closeOf, eventsOf, isStream, readObject, type Timeline } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** The events of a stream, in order. */
export function streamEventsOf(
  timeline: Timeline,
  as: string,
): (FrameEvent & Required<Pick<FrameEvent, 'event'>>)[] {
  return eventsOf(timeline, 'frame', as).filter(
    (frame): frame is FrameEvent & Required<Pick<FrameEvent, 'event'>> => frame.event !== undefined,
  )
}

/** The answer to the newest request for a stream, or for a preflight, of a role that may have minted before. */
export function streamAnswerOf(timeline: Timeline, as: string): AnswerEvent | undefined {
  const asked = eventsOf(timeline, 'request', as).findLast(({ method }) => method !== 'POST')
  return eventsOf(timeline, 'answer', as).find(({ n }) => asked !== undefined && n > asked.n)
}

/** Answered with 200 and an event stream. */
export function isStreamed(as: string): Judge {
  return (timeline) => {
    const answer = streamAnswerOf(timeline, as)
    if (!answer) return fail('an event stream', outcomeOf(timeline, as))
    return isStream(answer)
      ? PASS
      : fail(
          'status 200 with Content-Type: text/event-stream',
          `status ${answer.status} with ${show(answer.headers['content-type'])}`,
          answer,
        )
  }
}

/** Answered with an event stream whose first event is a welcome. */
export function streamedWelcome(as: string): Judge {
  return all(isStreamed(as), (timeline) => {
    const [first] = streamEventsOf(timeline, as)
    if (!first) return fail('a welcome as the first event', outcomeOf(timeline, as))
    return readObject(first.text)?.type === 'welcome'
      ? PASS
      : fail('a welcome as the first event', show(first.text), first)
  })
}

/** The stream forbids caches and proxies to keep, change or hold back what is sent. */
export function keptFromCaches(as: string): Judge {
  return (timeline) => {
    const answer = streamAnswerOf(timeline, as)
    if (!answer) return inconclusive(`no stream was answered to ${as}`)
    const directives = listOf(answer.headers['cache-control'])
    const missing = ['no-store', 'no-transform'].find((name) => !directives.includes(name))
    if (missing) {
      const got = show(answer.headers['cache-control'])
      return fail('Cache-Control: no-store, no-transform', got, answer)
    }
    const buffering = answer.headers['x-accel-buffering']
    return buffering?.trim().toLowerCase() === 'no'
      ? PASS
      : fail('X-Accel-Buffering: no', show(buffering), answer)
  }
}

/** Pages of any origin may read the answer. */
export function readable(as: string): Judge {
  return (timeline) => {
    const answer = streamAnswerOf(timeline, as)
    if (!answer) return inconclusive(`${as} was not answered: ${outcomeOf(timeline, as)}`)
    const allowed = answer.headers['access-control-allow-origin']
    return allowed?.trim() === '*'
      ? PASS
      : fail(
          `Access-Control-Allow-Origin: * with status ${answer.status}`,
          allowed === undefined ? 'none' : show(allowed),
          answer,
        )
  }
}

/** A 2xx that lets a page of the origin that asked, or of any, send `GET` with the two headers. */
export function allowedBefore(as: string): Judge {
  return (timeline) => {
    const answer = streamAnswerOf(timeline, as)
    if (!answer) return fail('a 2xx', outcomeOf(timeline, as))
    if (answer.status < 200 || answer.status > 299)
      return fail('a 2xx', `status ${answer.status} ${show(answer.body)}`, answer)
    const origin = eventsOf(timeline, 'request', as).at(-1)?.headers.origin
    const allowed = answer.headers['access-control-allow-origin']?.trim()
    if (allowed !== '*' && (allowed === undefined || allowed !== origin))
      return fail('Access-Control-Allow-Origin: *', show(allowed), answer)
    const methods = listOf(answer.headers['access-control-allow-methods'])
    if (!methods.includes('get') && !methods.includes('*')) {
      const got = show(answer.headers['access-control-allow-methods'])
      return fail('Access-Control-Allow-Methods: GET', got, answer)
    }
    const names = listOf(answer.headers['access-control-allow-headers'])
    // An asterisk stands for every header but Authorization.
    const isEnough =
      names.includes('authorization') && (names.includes('last-event-id') || names.includes('*'))
    return isEnough
      ? PASS
      : fail(
          'Access-Control-Allow-Headers: authorization, last-event-id',
          show(answer.headers['access-control-allow-headers']),
          answer,
        )
  }
}

/** Refused with 200 and a stream whose only event is a `close` with one of these codes. */
export function refusedByEvent(as: string, ...slugs: readonly CloseSlug[]): Judge {
  return all(isStreamed(as), (timeline) => {
    const [first, second] = streamEventsOf(timeline, as)
    const codes = slugs.map((slug) => `${CLOSE_CODES[slug].code} ${slug}`).join(' or ')
    const expected = `one close event with ${codes}`
    if (!first) return fail(expected, outcomeOf(timeline, as), closeOf(timeline, as))
    const { code, reason } = readObject(first.text) ?? {}
    const isOne = slugs.some((slug) => CLOSE_CODES[slug].code === code && reason === slug)
    if (first.event.name !== 'close' || !isOne)
      return fail(expected, `the event ${first.event.name} ${show(first.text)}`, first)
    return second ? fail(expected, `a second event ${second.event.name}`, second) : PASS
  })
}

/** The types of envelopes, which events have as names; those of other names are ignored. */
const TYPES: readonly string[] = [
  'welcome',
  'message',
  'broadcast',
  'heartbeat',
  'reconnect',
  'close',
]

/** At least `least` envelopes came, each as one event, named after its type. */
export function formed(as: string, least: number): Judge {
  return (timeline) => {
    const events = streamEventsOf(timeline, as).filter(
      ({ event, text }) =>
        TYPES.includes(event.name) || TYPES.includes(String(readObject(text)?.type)),
    )
    for (const frame of events) {
      const type = readObject(frame.text)?.type
      if (typeof type !== 'string')
        return fail('an envelope as JSON in data', show(frame.text), frame)
      if (type !== frame.event.name)
        return fail(`the event ${type}`, `the event ${frame.event.name}`, frame)
    }
    return events.length < least
      ? inconclusive(`${events.length} envelopes arrived, ${least} were to come`)
      : PASS
  }
}

/** Every event of these types has an id that a header can carry; at least one came. */
export function identified(as: string, ...types: readonly string[]): Judge {
  return (timeline) => {
    const events = eventsOfTypes(timeline, as, types)
    const wrong = events.find(({ event }) => !/^[\x21-\x7e]+$/.test(event.id ?? ''))
    if (wrong) {
      const expected = `an id of printable ASCII with every ${wrong.event.name} event`
      return fail(expected, wrong.event.id === undefined ? 'none' : show(wrong.event.id), wrong)
    }
    return events.length > 0 ? PASS : inconclusive(`no ${types.join(' or ')} arrived on ${as}`)
  }
}

/** No event of these types has an id, not even an empty one; at least one came. */
export function unidentified(as: string, ...types: readonly string[]): Judge {
  return (timeline) => {
    const events = eventsOfTypes(timeline, as, types)
    const wrong = events.find(({ event }) => event.id !== undefined)
    if (wrong) return fail(`no id with a ${wrong.event.name} event`, show(wrong.event.id), wrong)
    return events.length > 0 ? PASS : inconclusive(`no ${types.join(' or ')} arrived on ${as}`)
  }
}

/** The events whose envelopes have one of these types, whatever their names. */
function eventsOfTypes(
  timeline: Timeline,
  as: string,
  types: readonly string[],
): ReturnType<typeof streamEventsOf> {
  return streamEventsOf(timeline, as).filter(({ text }) =>
    types.includes(String(readObject(text)?.type)),
  )
}

/** The items of a header, in lower case. */
function listOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((item) => item.trim().toLowerCase())
}
