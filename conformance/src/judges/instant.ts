/** Judges of exact instants: what a stepped clock shows to the millisecond, and real time never does. */

import { TIMINGS, type TimingName } from '@channel-protocol/schemas/registry'
import type { TimelineEvent } from '../timeline/event.ts'
import {
  answerTo,
  closeOf,
  envelopesOf,
  eventsOf,
  readObject,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'
import { waitsOf } from './webhook-sending.ts'

/** Largest time from the expiry of a token to the end of what it opened. */
const EXPIRY_DELAY_MS = 2000
/** The most of a `Retry-After` that is honoured. */
const RETRY_AFTER_MOST_MS = 300_000

/** From when to when something has to happen, in milliseconds since 1970. */
type Span = (timeline: Timeline) => { readonly from: number; readonly to: number } | undefined

/** The connection of this role ended within the span, and neither earlier nor later. */
function endedWithin(as: string, span: Span): Judge {
  return (timeline) => {
    const bounds = span(timeline)
    if (!bounds) return inconclusive(`nothing says when ${as} has to end`)
    const close = closeOf(timeline, as)
    const expected = `an end from ${show(bounds.from)} to ${show(bounds.to)}`
    if (!close) return fail(expected, 'no end')
    return bounds.from <= close.atMs && close.atMs <= bounds.to
      ? PASS
      : fail(expected, `an end at ${show(close.atMs)}`, close)
  }
}

/** The connection of this role ended no earlier than the `expires_at` of its token, and at most 2 seconds after it. */
export function endedAtExpiryInstant(as: string): Judge {
  return endedWithin(as, (timeline) => {
    const from = expiryOf(timeline, as)
    return from === undefined ? undefined : { from, to: from + EXPIRY_DELAY_MS }
  })
}

/** The stream of this role ended its advertised lifetime after its welcome, and at most the largest delay later. */
export function endedAtLifetimeInstant(as: string): Judge {
  return endedWithin(as, (timeline) =>
    spanAfter(timeline, envelopesOf(timeline, as, 'welcome')[0]?.event, 'sse_lifetime_seconds'),
  )
}

/** The connection of this role ended the advertised time after its Ping, and at most the largest delay later. */
export function endedAtSilenceInstant(as: string): Judge {
  return endedWithin(as, (timeline) => {
    const ping = eventsOf(timeline, 'frame', as).find(({ type }) => type === 'ping')
    return spanAfter(timeline, ping, 'pong_timeout_seconds')
  })
}

/** What was asked for under this role was asked for so many milliseconds from the `expires_at` in the answer to `minted`. */
export function askedFromExpiry(as: string, ms: number, minted = as): Judge {
  return (timeline) => {
    const expiry = expiryOf(timeline, minted)
    const asked = eventsOf(timeline, 'request', as).at(-1)
    if (expiry === undefined || !asked) return inconclusive(`${as} was not opened`)
    return asked.atMs - expiry === ms
      ? PASS
      : inconclusive(`${as} was opened ${asked.atMs - expiry} ms from expires_at, not ${ms}`)
  }
}

/** The first report that the role went came no earlier than the advertised grace after it had gone. */
export function waitedWholeGrace(as: string): Judge {
  return (timeline) => {
    const gone = eventsOf(timeline, 'sent', as).at(-1)
    const [report] = webhooksOf(timeline, as, 'disconnected')
    if (!gone || !report) return inconclusive(`nothing was reported about the end of ${as}`)
    const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
    const waitedMs = report.event.atMs - gone.atMs
    return waitedMs >= graceMs
      ? PASS
      : fail(`disconnected ${graceMs} ms after the loss`, `after ${waitedMs} ms`, report.event)
  }
}

/**
 * Each repeat of the report came within 20 % of its wait, and the largest delay, after the failure before; none is missing
 * of those that are made before a version can be given up, however the waits are drawn.
 */
export function repeatedWithinWaits(as: string): Judge {
  return (timeline) => {
    const { default: giveUpSeconds } = TIMINGS.webhook_give_up_seconds
    const attempts = webhooksOf(timeline, as, 'disconnected')
    let longest = 0
    for (const [index, wait] of waitsOf(timeline.advertised).entries()) {
      longest += wait * 1.2 + TIMINGS.webhook_retry_seconds.largest_delay
      if (longest > giveUpSeconds && !attempts[index + 1]) return PASS
      const finding = repeatedWithin(as, index, wait * 800, wait * 1200)(timeline)
      if (finding.verdict !== 'pass') return finding
    }
    return PASS
  }
}

/** After the failure that asked for longer, the repeat came no earlier than the most that is honoured. */
export function heldBackForMost(as: string): Judge {
  return repeatedWithin(as, 0, RETRY_AFTER_MOST_MS, Number.POSITIVE_INFINITY)
}

/** After the failure that asked for longer, the repeat came no later than the most that is honoured and the largest delay. */
export function repeatedAfterMost(as: string): Judge {
  return repeatedWithin(as, 0, 0, RETRY_AFTER_MOST_MS)
}

function repeatedWithin(as: string, index: number, least: number, most: number): Judge {
  return (timeline) => {
    const latest = most + TIMINGS.webhook_retry_seconds.largest_delay * 1000
    const attempts = webhooksOf(timeline, as, 'disconnected')
    const [before, next] = [attempts[index], attempts[index + 1]]
    const answer = eventsOf(timeline, 'webhook-answer', as).find(({ to }) => to === before?.event.n)
    const expected = `attempt ${index + 2} from ${least} to ${latest} ms after attempt ${index + 1} failed`
    if (!answer) return inconclusive(`attempt ${index + 1} about ${as} was not answered`)
    if (!next) return fail(expected, `${attempts.length} attempts`)
    const waitedMs = next.event.atMs - answer.atMs
    return least <= waitedMs && waitedMs <= latest
      ? PASS
      : fail(expected, `after ${waitedMs} ms`, next.event)
  }
}

/** No attempt about the role began later than `webhook_give_up_seconds`, and the largest delay, after the first. */
export function givenUpInTime(as: string): Judge {
  return (timeline) => {
    const { default: giveUpSeconds, largest_delay: delaySeconds } = TIMINGS.webhook_give_up_seconds
    const mostMs = (giveUpSeconds + delaySeconds) * 1000
    const [first, ...later] = webhooksOf(timeline, as, 'disconnected')
    if (!first || later.length === 0) return inconclusive(`the report about ${as} was not repeated`)
    const late = later.find(({ event }) => event.atMs - first.event.atMs > mostMs)
    return late
      ? fail(
          `no attempt later than ${mostMs} ms after the first`,
          `one ${late.event.atMs - first.event.atMs} ms after it`,
          late.event,
        )
      : PASS
  }
}

/** The report that the role went was attempted so often and no more. */
export function attemptedTimes(as: string, count: (timeline: Timeline) => number): Judge {
  return (timeline) => {
    const most = count(timeline)
    const extra = webhooksOf(timeline, as, 'disconnected')[most]
    return extra ? fail(`${most} attempts about ${as}`, 'another', extra.event) : PASS
  }
}

function spanAfter(
  { advertised }: Timeline,
  event: TimelineEvent | undefined,
  name: TimingName,
): { readonly from: number; readonly to: number } | undefined {
  if (!event) return undefined
  const from = event.atMs + seconds(advertised, name) * 1000
  return { from, to: from + TIMINGS[name].largest_delay * 1000 }
}

/** The `expires_at` that the role was answered when it asked for a token or a socket URL. */
function expiryOf(timeline: Timeline, as: string): number | undefined {
  const { expires_at: at } = readObject(answerTo(timeline, as)?.body ?? '') ?? {}
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}

function show(atMs: number): string {
  return new Date(atMs).toISOString()
}
