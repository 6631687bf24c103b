/** Judges of the opening of a connection: how the upgrade was answered, and what the welcome says. */

import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import type { FrameEvent } from '../timeline/event.ts'
import {
  answerTo,
  envelopesOf,
  eventsOf,
  type ReadEnvelope,
  readObject,
  type Timeline,
} from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

const SUBPROTOCOL = 'channel-protocol.v1'
/** What a busy machine may add to a time that is measured over a network. */
const LATENCY_MS = 250

/** The upgrade was completed, and the answer names exactly the protocol. */
export function upgraded(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    if (answer?.status !== 101) return fail('status 101', outcomeOf(timeline, as), answer)
    const header = answer.headers['sec-websocket-protocol']
    return header === SUBPROTOCOL
      ? PASS
      : fail(`Sec-WebSocket-Protocol: ${SUBPROTOCOL}`, show(header), answer)
  }
}

/** The upgrade was completed, whatever the answer names. */
export function completed(as: string): Judge {
  return (timeline) =>
    answerTo(timeline, as)?.status === 101
      ? PASS
      : fail('status 101', outcomeOf(timeline, as), answerTo(timeline, as))
}

/** The first frame is a welcome that its schema accepts, for the client id that the token was minted for. */
export function welcomedFirst(as: string): Judge {
  return (timeline) => {
    const first = dataFramesOf(timeline, as)[0]
    if (!first) return fail('a welcome as the first frame', outcomeOf(timeline, as))
    const envelope = first.type === 'text' ? readObject(first.text) : undefined
    if (envelope?.type !== 'welcome') {
      return fail('a welcome as the first frame', show(first.text), first)
    }
    const validation = validate('WelcomeEnvelope', envelope)
    if (!validation.valid) {
      return fail('a welcome that its schema accepts', describeErrors(validation.errors), first)
    }
    const asked = mintOf(timeline, as)?.client_id
    return envelope.client_id === asked
      ? PASS
      : fail(`client_id ${show(asked)}`, show(envelope.client_id), first)
  }
}

/** The welcome repeats the `expires_at` of the token's answer and says how many seconds are left until then. */
export function saysExpiry(as: string): Judge {
  return (timeline) => {
    const welcome = welcomeOf(timeline, as)
    const [request] = eventsOf(timeline, 'request', as)
    const upgrade = eventsOf(timeline, 'request', as).at(-1)
    const answer = answerTo(timeline, as)
    if (!welcome || !request || !upgrade || !answer) return inconclusive('there is no welcome')
    const { expires_at: expiresAt, expires_in_seconds: left } = welcome.envelope
    const expected = readObject(answer.body)?.expires_at
    if (Date.parse(String(expiresAt)) !== Date.parse(String(expected))) {
      return fail(`expires_at ${show(expected)}`, show(expiresAt), welcome.event)
    }
    const ttl = Number(readObject(request.body)?.ttl_seconds)
    const least = ttl - (welcome.event.atMs - request.atMs + LATENCY_MS) / 1000
    const most = ttl - (upgrade.atMs - answer.atMs - LATENCY_MS) / 1000
    return typeof left === 'number' && left >= least && left <= most
      ? PASS
      : fail(
          `expires_in_seconds from ${least.toFixed(3)} to ${most.toFixed(3)}`,
          show(left),
          welcome.event,
        )
  }
}

/** The welcome has the epoch and, as `seq`, that of the newest receipt of role `posts`; 0 where there is none. */
export function saysNewest(as: string, posts: string): Judge {
  return (timeline) => {
    const welcome = welcomeOf(timeline, as)
    if (!welcome) return inconclusive(`${as} got no welcome`)
    const newest = eventsOf(timeline, 'answer', posts)
      .filter(({ status, n }) => status === 200 && n < welcome.event.n)
      .map(({ body }) => readObject(body))
      .at(-1)
    const expected = newest ? { seq: newest.seq, epoch: newest.epoch } : { seq: 0 }
    for (const [member, value] of Object.entries(expected)) {
      if (typeof value !== 'number') return inconclusive(`the newest receipt has no ${member}`)
      const got = welcome.envelope[member]
      if (got !== value) return fail(`${member} ${value}`, show(got), welcome.event)
    }
    return PASS
  }
}

/** No two of these connections have the same `connection_id`. */
export function uniqueConnections(...roles: readonly string[]): Judge {
  return (timeline) => {
    const seen = new Set<unknown>()
    for (const as of roles) {
      const welcome = welcomeOf(timeline, as)
      if (!welcome) return inconclusive(`${as} got no welcome`)
      const id = welcome.envelope.connection_id
      if (seen.has(id)) {
        return fail('a connection_id that no other connection had', show(id), welcome.event)
      }
      seen.add(id)
    }
    return PASS
  }
}

/** Everything that arrived on the connection is text frames, each a JSON object with a `type`; at least `least` of them. */
export function onlyEnvelopes(as: string, least: number): Judge {
  return (timeline) => {
    const frames = dataFramesOf(timeline, as)
    const wrong = frames.find(
      ({ type, text }) => type !== 'text' || typeof readObject(text)?.type !== 'string',
    )
    if (wrong) {
      return fail(
        'a text frame with one JSON object that has a type',
        `a ${wrong.type} frame ${show(wrong.text)}`,
        wrong,
      )
    }
    return frames.length < least
      ? inconclusive(`${frames.length} frames arrived, ${least} were to come`)
      : PASS
  }
}

function welcomeOf(timeline: Timeline, as: string): ReadEnvelope | undefined {
  return envelopesOf(timeline, as, 'welcome')[0]
}

/** The body of the token request of a role. */
function mintOf(timeline: Timeline, as: string): Record<string, unknown> | undefined {
  return readObject(eventsOf(timeline, 'request', as)[0]?.body ?? '')
}

/** Control frames are not what a page sees; they may come at any time. */
function dataFramesOf(timeline: Timeline, as: string): FrameEvent[] {
  return eventsOf(timeline, 'frame', as).filter(({ type }) => type === 'text' || type === 'binary')
}
