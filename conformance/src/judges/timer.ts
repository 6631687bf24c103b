/** Judges of timers on connections: what had to come, or to end, by when. */

import type { TimingName } from '@channel-protocol/schemas/registry'
import type { TimelineEvent } from '../timeline/event.ts'
import { latestSeconds } from '../timeline/latest.ts'
import { closeOf, envelopesOf, eventsOf, type Timeline } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { type Finding, fail, inconclusive, type Judge, PASS } from './finding.ts'

/** The TCP connection of this role ended, in time after the service's Close frame. */
export function endedAfterClose(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    if (!close) return inconclusive('the service wrote no Close frame')
    const end = eventsOf(timeline, 'end', as)[0]
    return inTime(timeline, close, end, 'close_timeout_seconds', 'the end of the TCP connection')
  }
}

/** The TCP connection of this role ended, in time after it was opened: after the note that says so. */
export function endedAfterOpening(as: string): Judge {
  return (timeline) => {
    const opened = eventsOf(timeline, 'note', as)[0]
    if (!opened) return inconclusive('the connection was not opened')
    const end = eventsOf(timeline, 'end', as)[0]
    return inTime(timeline, opened, end, 'request_timeout_seconds', 'the end of the TCP connection')
  }
}

/** A Ping came in time after the welcome, and another after that one, which was answered at once. */
export function pingedTwice(as: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]?.event
    if (!welcome) return inconclusive('there was no welcome')
    const [first, second] = eventsOf(timeline, 'frame', as).filter(({ type }) => type === 'ping')
    const finding = inTime(timeline, welcome, first, 'heartbeat_seconds', 'a Ping')
    return finding.verdict === 'pass' && first
      ? inTime(timeline, first, second, 'heartbeat_seconds', 'a second Ping')
      : finding
  }
}

/** The welcome promises heartbeats after the silence that the service advertises. */
export function promises(as: string): Judge {
  return (timeline) => {
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    const advertised = timeline.advertised.timings.heartbeat_seconds
    const promised = welcome?.envelope.heartbeat_seconds
    return promised === advertised
      ? PASS
      : fail(`heartbeat_seconds ${advertised} in the welcome`, `${promised}`, welcome?.event)
  }
}

/** `count` heartbeat envelopes came, each in time after what was sent before it: an envelope, or an event of any type. */
export function heartbeats(as: string, count: number): Judge {
  return (timeline) => {
    const envelopes = envelopesOf(timeline, as)
    if (envelopes.length === 0) return inconclusive('there was no welcome')
    const beats = envelopes.filter(({ envelope }) => envelope.type === 'heartbeat')
    const sent = eventsOf(timeline, 'frame', as).filter(
      (frame) => frame.event !== undefined || envelopes.some(({ event }) => event === frame),
    )
    for (let i = 0; i < count; i += 1) {
      const beat = beats[i]?.event
      const before = sent.findLast(({ n }) => !beat || n < beat.n)
      if (!before) return inconclusive('the first envelope was no welcome')
      const what = `heartbeat envelope ${i + 1}`
      const finding = inTime(timeline, before, beat, 'heartbeat_seconds', what)
      if (finding.verdict !== 'pass') return finding
    }
    return PASS
  }
}

/** The close of this role came in time after the first Ping. */
export function closedAfterPing(as: string): Judge {
  return (timeline) => {
    const ping = eventsOf(timeline, 'frame', as).find(({ type }) => type === 'ping')
    if (!ping) return inconclusive('there was no Ping')
    return inTime(timeline, ping, closeOf(timeline, as), 'pong_timeout_seconds', 'the close')
  }
}

/** At least one Ping arrived. */
export function hasPing(as: string): Judge {
  return (timeline) =>
    eventsOf(timeline, 'frame', as).some(({ type }) => type === 'ping')
      ? PASS
      : fail('a Ping', outcomeOf(timeline, as))
}

/** A Close frame of the service arrived, whatever its code. */
export function receivedClose(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    return close && close.code !== 1006
      ? PASS
      : fail('a Close frame', outcomeOf(timeline, as), close)
  }
}

/** The connection of this role ended, whether by a Close frame, by a reset or silently. */
export function ended(as: string): Judge {
  return (timeline) =>
    closeOf(timeline, as) || eventsOf(timeline, 'end', as).length > 0
      ? PASS
      : fail('an end of the connection', outcomeOf(timeline, as))
}

/** The TCP connection of this role was not reset: what had been sent on it was read. */
export function notReset(as: string): Judge {
  return (timeline) => {
    const failure = eventsOf(timeline, 'failure', as)[0]
    return failure ? fail('an orderly end', failure.what, failure) : PASS
  }
}

function inTime(
  timeline: Timeline,
  from: TimelineEvent,
  to: TimelineEvent | undefined,
  timing: TimingName,
  what: string,
): Finding {
  const limit = latestSeconds(timeline.advertised, timing)
  const expected = `${what} within ${limit} s`
  if (!to) return fail(expected, `none; ${outcomeOf(timeline, from.as)}`, from)
  const took = (to.atMs - from.atMs) / 1000
  return took <= limit ? PASS : fail(expected, `it after ${took.toFixed(1)} s`, to)
}
