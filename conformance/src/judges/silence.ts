/** Judges of silence to the millisecond: who broke it last, and what came too early or too late after that. */

import type { TimelineEvent } from '../timeline/event.ts'
import { latestSeconds } from '../timeline/latest.ts'
import {
  envelopesOf,
  eventsOf,
  type ReadEnvelope,
  seconds,
  type Timeline,
} from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'

/** Something that came, and what broke the silence last before it. */
interface Sign {
  readonly at: TimelineEvent
  readonly silentMs: number
}

/** Each of `count` Pings came within the advertised silence, and the largest delay, after the last byte of the client. */
export function pingsInTime(as: string, count: number): Judge {
  return inTime('Ping', as, count, pingsOf)
}

/** No Ping came before the client had been silent for the advertised time. */
export function pingsNotBefore(as: string): Judge {
  return notBefore('Ping', as, pingsOf)
}

/** Each of `count` heartbeats came within the advertised silence, and the largest delay, after the last envelope. */
export function heartbeatsInTime(as: string, count: number): Judge {
  return inTime('heartbeat', as, count, heartbeatsOf)
}

/** No heartbeat came before nothing else had been sent for the advertised time. */
export function heartbeatsNotBefore(as: string): Judge {
  return notBefore('heartbeat', as, heartbeatsOf)
}

function inTime(
  what: string,
  as: string,
  count: number,
  read: (timeline: Timeline, as: string) => Sign[],
): Judge {
  return (timeline) => {
    const limitMs = latestSeconds(timeline.advertised, 'heartbeat_seconds') * 1000
    const signs = read(timeline, as)
    for (let at = 0; at < count; at += 1) {
      const expected = `${what} ${at + 1} within ${limitMs} ms of silence`
      const sign = signs[at]
      if (!sign) return fail(expected, `none; ${outcomeOf(timeline, as)}`)
      if (sign.silentMs > limitMs) return fail(expected, `it after ${sign.silentMs} ms`, sign.at)
    }
    return PASS
  }
}

function notBefore(
  what: string,
  as: string,
  read: (timeline: Timeline, as: string) => Sign[],
): Judge {
  return (timeline) => {
    const leastMs = seconds(timeline.advertised, 'heartbeat_seconds') * 1000
    const signs = read(timeline, as)
    if (signs.length === 0) return inconclusive(`no ${what} came`)
    const early = signs.find(({ silentMs }) => silentMs < leastMs)
    return early
      ? fail(`no ${what} within ${leastMs} ms`, `one after ${early.silentMs} ms`, early.at)
      : PASS
  }
}

/** The Pings of a role whose client answers each at once; what it sends otherwise is in the timeline. */
function pingsOf(timeline: Timeline, as: string): Sign[] {
  const own = timeline.events.filter((event) => event.as === as)
  const pings = eventsOf(timeline, 'frame', as).filter(({ type }) => type === 'ping')
  return pings.flatMap((ping) => {
    const heard = own.findLast(
      (event) =>
        event.n < ping.n &&
        (event.kind === 'request' ||
          event.kind === 'sent' ||
          (event.kind === 'frame' && event.type === 'ping')),
    )
    return heard ? [{ at: ping, silentMs: ping.atMs - heard.atMs }] : []
  })
}

/** The heartbeats of a role, each with the silence since the envelope before it. */
function heartbeatsOf(timeline: Timeline, as: string): Sign[] {
  const envelopes = envelopesOf(timeline, as)
  return envelopes.flatMap(({ event, envelope }: ReadEnvelope, at) => {
    const before = envelopes[at - 1]?.event
    return envelope.type === 'heartbeat' && before
      ? [{ at: event, silentMs: event.atMs - before.atMs }]
      : []
  })
}
