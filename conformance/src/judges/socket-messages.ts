/** Judges of the messages of a socket: that each text arrives, unchanged, in its order, alone and once. */

import type { TimingName } from '@channel-protocol/schemas/registry'
import { RELEASE } from '../timeline/event.ts'
import { latestSeconds } from '../timeline/latest.ts'
import {
  type Advertised,
  closeOf,
  eventsOf,
  type ReadWebhook,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** Texts that a judge compares with; from what is advertised where they depend on it. */
export type Expected = readonly string[] | ((advertised: Advertised) => readonly string[])

/** At least `times` webhooks of this event came about the role: a condition of something else. */
export function heard(as: string, event: string, times = 1): Judge {
  return (timeline) => {
    const count = webhooksOf(timeline, as, event).length
    return count >= times
      ? PASS
      : inconclusive(`${count} of ${times} attempts of ${event} came about ${as}`)
  }
}

/** Each of the texts came as the body of a `message`, as often as it was sent. */
export function forwarded(as: string, texts: Expected): Judge {
  return (timeline) => {
    const expected = textsOf(timeline, texts)
    const bodies = bodiesOf(timeline, as)
    const missing = expected.find((text) => count(bodies, text) < count(expected, text))
    if (missing === undefined) return PASS
    const stranger = webhooksOf(timeline, as, 'message').find(
      ({ fields }) => !expected.includes(fields.body ?? ''),
    )
    const times = count(expected, missing)
    return fail(
      `${times === 1 ? 'a message' : `${times} messages`} with body ${show(missing)}`,
      stranger
        ? `one with body ${show(stranger.fields.body)}`
        : `${count(bodies, missing)} of ${bodies.length} messages`,
      stranger?.event,
    )
  }
}

/** The messages, whose texts differ, came in the order in which the page sent them. */
export function inSendingOrder(as: string, texts: Expected): Judge {
  return (timeline) => {
    const expected = textsOf(timeline, texts)
    const messages = webhooksOf(timeline, as, 'message')
    const places = messages.map(({ fields }) => expected.indexOf(fields.body ?? ''))
    if (places.length < 2) return inconclusive(`${places.length} messages came about ${as}`)
    const wrong = places.findIndex((place, at) => at > 0 && place < (places[at - 1] ?? -1))
    return wrong < 0
      ? PASS
      : fail(
          `a text that was sent after ${show(messages[wrong - 1]?.fields.body)}`,
          show(messages[wrong]?.fields.body),
          messages[wrong]?.event,
        )
  }
}

/** No message was attempted before the one before it was answered. */
export function oneAtATime(as: string): Judge {
  return (timeline) => {
    const messages = webhooksOf(timeline, as, 'message')
    const early = messages.find(
      ({ event }, at) => at > 0 && answeredAt(timeline, messages[at - 1]) > event.n,
    )
    return early
      ? fail(
          'no message before the one before it is answered',
          show(early.fields.body),
          early.event,
        )
      : PASS
  }
}

/** After the first message of the role, which failed, no other was attempted. */
export function stoppedAfterFailure(as: string): Judge {
  return (timeline) => {
    const [, another] = webhooksOf(timeline, as, 'message')
    return another
      ? fail('no message after one that failed', show(another.fields.body), another.event)
      : PASS
  }
}

/** Where the page was closed while the first message of the role waited for its answer, no other was attempted. */
export function stoppedAtClose(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    const [first, another] = webhooksOf(timeline, as, 'message')
    if (!close || !first) return inconclusive(`${as} had no message, or was not closed`)
    return another && close.n < answeredAt(timeline, first)
      ? fail('no message after the close', show(another.fields.body), another.event)
      : PASS
  }
}

/** No two attempts about the role carry the same text; the texts that were sent differ. */
export function attemptedOnceEach(as: string): Judge {
  return (timeline) => {
    const seen = new Set<string | undefined>()
    for (const { event, fields } of webhooksOf(timeline, as, 'message')) {
      if (seen.has(fields.body)) {
        return fail('one attempt of each message', `${show(fields.body)} again`, event)
      }
      seen.add(fields.body)
    }
    return PASS
  }
}

/** The page of this role was not closed while the check ran. */
export function stayedOpen(as: string): Judge {
  return (timeline) => {
    const close = eventsOf(timeline, 'close', as)[0]
    return close
      ? fail(`${as} stays open`, `close ${close.code} ${show(close.reason)}`, close)
      : PASS
  }
}

/** The page of this role got this text. */
export function gotText(as: string, text: string): Judge {
  return (timeline) =>
    eventsOf(timeline, 'frame', as).some((frame) => frame.type === 'text' && frame.text === text)
      ? PASS
      : fail(`${show(text)} on ${as}`, 'it did not arrive')
}

/** The first `event` about the role, with this body where one is given, came while the application held back its answers. */
export function heardBeforeRelease(as: string, event: string, body?: string): Judge {
  return (timeline) => {
    const isGivenUp = ({ status }: { status: unknown }): boolean => status === 'abandoned'
    // What the service gave up waiting for holds nothing back any more.
    const release =
      eventsOf(timeline, 'webhook-answer').find(isGivenUp) ?? eventsOf(timeline, 'note', RELEASE)[0]
    const first = webhooksOf(timeline, as, event).find(
      ({ fields }) => body === undefined || fields.body === body,
    )
    const expected = `${event} about ${as} while others wait for their answers`
    if (!release) return inconclusive('nothing was held back')
    if (!first) return fail(expected, 'it did not come')
    return first.event.n < release.n ? PASS : fail(expected, 'it came after them', first.event)
  }
}

/** The page of this role was closed while the application held back its answers. */
export function closedBeforeRelease(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    // What the service gave up waiting for holds nothing back any more.
    const release =
      eventsOf(timeline, 'webhook-answer', as).find(({ status }) => status === 'abandoned') ??
      eventsOf(timeline, 'note', RELEASE)[0]
    if (!close || !release) return inconclusive(`${as} was not closed, or nothing was held back`)
    return close.n < release.n
      ? PASS
      : fail(`a close of ${as} while the application is slow to hear of it`, 'one after it', close)
  }
}

/** The page was closed no later after the last attempt about the role than this timer and its largest delay. */
export function closedInTime(as: string, timing: TimingName): Judge {
  return (timeline) => {
    const limit = latestSeconds(timeline.advertised, timing)
    const last = webhooksOf(timeline, as, 'message').at(-1)
    const close = closeOf(timeline, as)
    if (!last || !close) return inconclusive(`${as} had no message, or was not closed`)
    const took = (close.atMs - last.event.atMs) / 1000
    return took <= limit
      ? PASS
      : fail(`a close within ${limit} s`, `one after ${took.toFixed(1)} s`, close)
  }
}

/** While its message waited, the service took less of the page than what systems buffer, in bytes. */
export function tookAtMost(as: string, bytes: number): Judge {
  return (timeline) => {
    const taken = Number(eventsOf(timeline, 'note', as)[0]?.what.split(' ')[0])
    if (Number.isNaN(taken)) return inconclusive('nothing was measured')
    return taken <= bytes ? PASS : fail(`at most ${bytes} bytes taken from ${as}`, `${taken} bytes`)
  }
}

/** Where in the timeline an attempt was answered; infinite where it was not. */
export function answeredAt(timeline: Timeline, webhook: ReadWebhook | undefined): number {
  const answer = eventsOf(timeline, 'webhook-answer').find(({ to }) => to === webhook?.event.n)
  return answer?.n ?? Number.POSITIVE_INFINITY
}

function bodiesOf(timeline: Timeline, as: string): (string | undefined)[] {
  return webhooksOf(timeline, as, 'message').map(({ fields }) => fields.body)
}

function textsOf({ advertised }: Timeline, texts: Expected): readonly string[] {
  return typeof texts === 'function' ? texts(advertised) : texts
}

function count(texts: readonly (string | undefined)[], text: string): number {
  return texts.filter((candidate) => candidate === text).length
}
