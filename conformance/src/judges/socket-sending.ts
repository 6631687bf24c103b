/** Judges of what the application sends to sockets: what arrives on which, and what the answer says of it. */

import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import type { FrameEvent } from '../timeline/event.ts'
import { answerTo, closeOf, eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { answered, refused } from './problem.ts'
import type { Expected } from './socket-messages.ts'

/** These texts arrived on the page, each as one text message, as often as they were sent, in this order. */
export function gotInOrder(as: string, texts: Expected): Judge {
  return (timeline) => {
    const expected = typeof texts === 'function' ? texts(timeline.advertised) : texts
    const frames = textFramesOf(timeline, as)
    const own = frames.filter(({ text }) => expected.includes(text))
    const wrong = expected.findIndex((text, at) => own[at]?.text !== text)
    if (wrong >= 0) {
      const got = own[wrong] ?? frames.find(({ text }) => !expected.includes(text))
      return fail(
        `${show(expected[wrong])} as text ${wrong + 1} on ${as}`,
        got ? show(got.text) : `${own.length} of ${expected.length} texts`,
        got,
      )
    }
    const extra = own[expected.length]
    return extra ? fail(`each text once on ${as}`, `${show(extra.text)} again`, extra) : PASS
  }
}

/** None of these texts arrived on the page. */
export function gotNone(as: string, texts: readonly string[]): Judge {
  return (timeline) => {
    const foreign = eventsOf(timeline, 'frame', as).find(({ text }) => texts.includes(text))
    return foreign ? fail(`no ${show(foreign.text)} on ${as}`, 'it arrived', foreign) : PASS
  }
}

/** Nothing on this connection, whatever it is, has the body that role `sender` sent in it. */
export function gotNothingOf(as: string, sender: string): Judge {
  return (timeline) => {
    const body = bodyOf(timeline, sender)
    if (body === undefined) return inconclusive(`nothing was sent as ${sender}`)
    const frame = eventsOf(timeline, 'frame', as).find(({ text }) => text.includes(body))
    return frame ? fail(`no ${show(body)} on ${as}`, show(frame.text), frame) : PASS
  }
}

/** The body of this role, which has a lone surrogate, was refused, or arrived with U+FFFD in its place. */
export function refusedOrReplacedOn(page: string, as: string): Judge {
  return (timeline) => {
    if (answerTo(timeline, as)?.status !== 200) {
      return refused(as, 'malformed-request', 'invalid-data')(timeline)
    }
    const expected = bodyOf(timeline, as)?.replace(/\p{Surrogate}/gu, '\ufffd')
    const frames = textFramesOf(timeline, page)
    if (frames.some(({ text }) => text === expected)) return PASS
    const got = frames.find(({ text }) => text.startsWith(`${as} `) && text !== expected)
    return fail(`a refusal, or ${show(expected)} on ${page}`, got ? show(got.text) : 'neither', got)
  }
}

/** The send of this role was answered with a result for each entry, in order, `delivered` as given. */
export function delivers(as: string, delivered: readonly boolean[]): Judge {
  return all(answered(as, 200), (timeline) => {
    const answer = answerTo(timeline, as)
    const body = readObject(answer?.body ?? '')
    const validation = validate('SocketSendAnswer', body)
    if (!validation.valid) {
      const got = describeErrors(validation.errors)
      return fail('a SocketSendAnswer that its schema accepts', got, answer)
    }
    const entries = entriesOf(timeline, as)
    if (entries.length !== delivered.length) return inconclusive(`${as} named other sockets`)
    const expected = entries.map((socket, at) => ({ socket, delivered: delivered[at] }))
    const results = (body?.results ?? []) as readonly Readonly<Record<string, unknown>>[]
    const got = results.map((result) => ({ socket: result.socket, delivered: result.delivered }))
    const wrong = expected.findIndex((result, at) => show(got[at]) !== show(result))
    if (wrong >= 0) {
      return fail(`result ${wrong + 1}: ${show(expected[wrong])}`, show(got[wrong]), answer)
    }
    return got.length === expected.length
      ? PASS
      : fail(`${expected.length} results`, `${got.length}`, answer)
  })
}

/** Where the page had its Close answered before the send of role `as` was made, nothing was delivered. */
export function declinedAfterClose(page: string, as: string): Judge {
  return (timeline) => {
    const [request] = eventsOf(timeline, 'request', as)
    if (!request) return inconclusive(`nothing was sent as ${as}`)
    const close = closeOf(timeline, page)
    return close && close.n < request.n ? delivers(as, [false])(timeline) : PASS
  }
}

/** The broadcast of this role was answered with 200 and a number of sockets, `least` or more. */
export function reaches(as: string, least: number, most = Number.POSITIVE_INFINITY): Judge {
  return all(answered(as, 200), (timeline) => {
    const answer = answerTo(timeline, as)
    const body = readObject(answer?.body ?? '')
    const validation = validate('SocketBroadcastAnswer', body)
    if (!validation.valid) {
      const got = describeErrors(validation.errors)
      return fail('a SocketBroadcastAnswer that its schema accepts', got, answer)
    }
    const sockets = Number(body?.sockets)
    const expected = least === most ? `${least} sockets` : `at least ${least} sockets`
    return sockets >= least && sockets <= most ? PASS : fail(expected, `${sockets}`, answer)
  })
}

function bodyOf(timeline: Timeline, as: string): string | undefined {
  const body = readObject(eventsOf(timeline, 'request', as)[0]?.body ?? '')?.body
  return typeof body === 'string' ? body : undefined
}

function textFramesOf(timeline: Timeline, as: string): FrameEvent[] {
  return eventsOf(timeline, 'frame', as).filter(({ type }) => type === 'text')
}

function entriesOf(timeline: Timeline, as: string): unknown[] {
  const request = eventsOf(timeline, 'request', as).find(({ url }) =>
    /\/v1\/sockets\/messages(\?|$)/.test(url),
  )
  return [readObject(request?.body ?? '')?.sockets].flat()
}
