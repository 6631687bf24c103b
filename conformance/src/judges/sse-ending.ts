/** Judges of how event streams end: the last event, its id, and when. */

import { CLOSE_CODES, type TimingName } from '@channel-protocol/schemas/registry'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import { latestSeconds } from '../timeline/latest.ts'
import { closeOf, envelopesOf, eventsOf, readObject, seconds } from '../timeline/timeline.ts'
import { closed, outcomeOf } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { ROUNDING_MS } from './life.ts'
import { TIMER_MS } from './presence.ts'
import { streamEventsOf } from './sse.ts'

/** What a busy machine may add to a time that is measured over a network. */
const LATENCY_MS = 250

/** Ended with a `close` event that has the code and slug of one row, nothing behind it, and then the end of the answer. */
export function endedByEvent(as: string): Judge {
  return (timeline) => {
    const events = streamEventsOf(timeline, as)
    const at = events.findIndex(({ event }) => event.name === 'close')
    const last = events[at]
    if (!last) return fail('a close event', outcomeOf(timeline, as), closeOf(timeline, as))
    const envelope = readObject(last.text)
    const validation = validate('CloseEnvelope', envelope)
    if (!validation.valid)
      return fail('a close that its schema accepts', describeErrors(validation.errors), last)
    const isRow = Object.entries(CLOSE_CODES).some(
      ([slug, { code }]) => code === envelope?.code && slug === envelope.reason,
    )
    if (!isRow) return fail('the code and slug of a row', show(envelope), last)
    const behind = events[at + 1]
    if (behind)
      return fail('nothing behind the close event', `the event ${behind.event.name}`, behind)
    const expected = 'the end of the answer behind the close event'
    const cut = eventsOf(timeline, 'failure', as).find(({ n }) => n > last.n)
    if (cut) return fail(expected, cut.what, cut)
    return eventsOf(timeline, 'end', as).length > 0
      ? PASS
      : fail(expected, 'an answer that goes on', last)
  }
}

/** The `close` event has the id that stops a client where its code says so, and none elsewhere. */
export function closeIdentified(as: string): Judge {
  return (timeline) => {
    const last = streamEventsOf(timeline, as).find(({ event }) => event.name === 'close')
    const code = readObject(last?.text ?? '')?.code
    if (!last || typeof code !== 'number')
      return inconclusive(`no close event with a code arrived on ${as}`)
    const expected = code >= 4000 && code <= 4099 ? `closed-${code}` : undefined
    return last.event.id === expected
      ? PASS
      : fail(expected ? `the id ${expected}` : 'no id', show(last.event.id), last)
  }
}

/** Closed with 4201 when the lifetime was over: no earlier after the welcome, and in time. */
export function livedItsLife(as: string): Judge {
  return all(closed(as, 'max-lifetime'), (timeline) => {
    const close = closeOf(timeline, as)
    const welcome = envelopesOf(timeline, as, 'welcome')[0]?.event
    const asked = eventsOf(timeline, 'request', as).at(-1)
    if (!close || !welcome || !asked) return inconclusive(`${as} got no welcome`)
    const least = seconds(timeline.advertised, 'sse_lifetime_seconds')
    const most = latestSeconds(timeline.advertised, 'sse_lifetime_seconds')
    // Between request and welcome the life began, and the suite cannot see when.
    const atMost = (close.atMs - asked.atMs + ROUNDING_MS) / 1000
    const atLeast = (close.atMs - welcome.atMs - LATENCY_MS) / 1000
    return atMost >= least && atLeast <= most
      ? PASS
      : fail(`a close ${least} to ${most} s after the welcome`, `one after ${atMost} s`, close)
  })
}

/** No stream of this role ended for its age before the last event of another role: the stimulus was not too slow. */
export function stillYoung(as: string, until = as): Judge {
  return (timeline) => {
    const last = timeline.events.findLast((event) => event.as === until)?.n ?? 0
    const old = eventsOf(timeline, 'close', as).find(
      ({ code, n }) => code === CLOSE_CODES['max-lifetime'].code && n <= last,
    )
    return old ? fail(`a stimulus that is over before ${as} is too old`, 'an end', old) : PASS
  }
}

/** All this took less time than an advertised timer gives it. */
export function quickerThan(timing: TimingName): Judge {
  return ({ advertised, events }) => {
    const took = ((events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0)) / 1000
    const most = seconds(advertised, timing)
    return took < most ? PASS : fail(`a stimulus of less than ${most} s`, `one of ${took} s`)
  }
}

/** The role of the note that says until when a heartbeat was waited for. */
export const WAITED = 'waited'

/** This many heartbeats came, or nothing did for as long as one may be late: other events can put it off. */
export function silentForABeat(as: string, count: number): Judge {
  return (timeline) => {
    if (envelopesOf(timeline, as, 'heartbeat').length >= count) return PASS
    const last = streamEventsOf(timeline, as).at(-1)
    const waited = eventsOf(timeline, 'note', WAITED).at(-1)
    const least = latestSeconds(timeline.advertised, 'heartbeat_seconds')
    return last && waited && waited.atMs - last.atMs + TIMER_MS >= least * 1000
      ? PASS
      : fail(`a heartbeat, or a silence of ${least} s`, 'other events, or an end', last)
  }
}

/** The role of the note that says from when on more waits for a reader than may. */
export const FILLED = 'filled'

/** A reader that had stopped was given up for that, and not for its age: receipts of `filler` count it no longer. */
export function givenUp(as: string, filler: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]?.event
    const filled = eventsOf(timeline, 'note', FILLED)[0]
    if (!welcome || !filled) return inconclusive(`${as} got no welcome, or too little to read`)
    const tooOldMs =
      welcome.atMs + seconds(timeline.advertised, 'sse_lifetime_seconds') * 1000 - LATENCY_MS
    const uncounted = eventsOf(timeline, 'answer', filler).find(
      ({ body }) => readObject(body)?.connections === 0,
    )
    if (uncounted && uncounted.atMs < tooOldMs) return PASS
    const latest = latestSeconds(timeline.advertised, 'stall_timeout_seconds')
    return filled.atMs + latest * 1000 < tooOldMs
      ? fail(`an end within ${latest} s`, 'a stream that receipts still count', filled)
      : inconclusive('the stream would have grown too old before it had to be given up')
  }
}
