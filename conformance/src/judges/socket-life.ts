/** Judges of the life of an open socket: Pings, silence, drain. */

import { latestSeconds } from '../timeline/latest.ts'
import { closeOf, eventsOf, webhooksOf } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { drained } from './drain.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'

/** `count` Pings came on the socket, the first in time after it was opened, each other after the one before. */
export function pinged(as: string, count: number): Judge {
  return (timeline) => {
    const opened = eventsOf(timeline, 'open', as)[0]
    if (!opened) return inconclusive('the socket was not opened')
    const limit = latestSeconds(timeline.advertised, 'heartbeat_seconds')
    const pings = eventsOf(timeline, 'frame', as).filter(({ type }) => type === 'ping')
    let before: { readonly atMs: number } = opened
    for (let at = 0; at < count; at += 1) {
      const expected = `Ping ${at + 1} within ${limit} s`
      const ping = pings[at]
      if (!ping) return fail(expected, `none; ${outcomeOf(timeline, as)}`)
      const took = (ping.atMs - before.atMs) / 1000
      if (took > limit) return fail(expected, `it after ${took.toFixed(1)} s`, ping)
      before = ping
    }
    return PASS
  }
}

/** The `closed` of this role reached the application. */
export function closedTold(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'closed').length > 0
      ? PASS
      : fail(`closed about ${as}`, 'none', closeOf(timeline, as))
}

/** Webhooks of this event about the role reached the application. */
export function heardAtAll(as: string, event: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, event).length > 0
      ? PASS
      : fail(`${event} about ${as}`, 'none', closeOf(timeline, as))
}

/** A `message` of this role with exactly this text reached the application. */
export function heardWord(as: string, word: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'message').some(({ fields }) => fields.body === word)
      ? PASS
      : fail(`a message ${word} of ${as}`, outcomeOf(timeline, as), closeOf(timeline, as))
}

/** Who came while the service drained was refused, or closed in time like the others. */
export function socketTurnedAway(as: string, service: string): Judge {
  return (timeline) =>
    eventsOf(timeline, 'open', as).length === 0 ? PASS : drained(as, service)(timeline)
}
