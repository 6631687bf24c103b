/** Judges of presence: what was reported about a client id, why, when, and what was kept silent. */

import type { CloseEvent, SentEvent, TimelineEvent } from '../timeline/event.ts'
import {
  closeOf,
  envelopesOf,
  eventsOf,
  type ReadWebhook,
  readObject,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** The role of the note that marks where a stimulus is over: what comes later answers something else. */
export const FENCE = 'fence'

/** What leads to a report, done by the suite or seen by it. */
const LEADING: ReadonlySet<TimelineEvent['kind']> = new Set(['request', 'answer', 'sent', 'close'])
/** The part of a grace after which its end and a report that does not wait for it cannot be told apart. */
const MOST_OF_GRACE = 0.75

/** The first attempt of each report of a role, in order of arrival. */
export function reportsOf(timeline: Timeline, as: string, name?: string): ReadWebhook[] {
  const seen = new Set<string>()
  return webhooksOf(timeline, as).filter(({ fields }) => {
    const key = JSON.stringify([fields.event, fields.epoch, fields.version, fields.connection_id])
    const isNew = !seen.has(key) && (name === undefined || fields.event === name)
    seen.add(key)
    return isNew
  })
}

/** The client id that was asked for when this role's newest token was minted. */
export function clientIdOf(timeline: Timeline, as: string): string | undefined {
  const request = eventsOf(timeline, 'request', as).findLast(({ url }) =>
    /\/v1\/tokens(\?|$)/.test(url),
  )
  const id = readObject(request?.body ?? '')?.client_id
  return typeof id === 'string' ? id : undefined
}

/** The service reported this event at least `times` times, each of its own version. */
export function reported(as: string, event: string, times = 1): Judge {
  return (timeline) => {
    const reports = reportsOf(timeline, as, event)
    return reports.length >= times
      ? PASS
      : fail(
          `${times} x ${event} reported about ${as}`,
          `${reports.length} x, ${say(timeline, as)}`,
        )
  }
}

/** The service reported `disconnected` with this reason. */
export function reportedGone(as: string, reason: string): Judge {
  return (timeline) => {
    const report = reportsOf(timeline, as, 'disconnected')[0]
    const expected = `disconnected with reason ${reason} about ${as}`
    if (!report) return fail(expected, `no disconnected; ${say(timeline, as)}`)
    return report.fields.reason === reason
      ? PASS
      : fail(expected, `reason ${show(report.fields.reason)}`, report.event)
  }
}

/** `disconnected` was attempted no earlier than the grace after the role's connection ended. */
export function waitedForGrace(as: string): Judge {
  return (timeline) => {
    const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
    const report = reportsOf(timeline, as, 'disconnected')[0]
    const ending = report && endingBefore(timeline, as, report.event.n)
    if (!report || !ending) return inconclusive(`nothing was reported about the end of ${as}`)
    const waitedMs = report.event.atMs - ending.atMs
    // The service's own close is older than the suite's reading of it.
    const slackMs = ending.kind === 'close' ? LATENCY_MS : TIMER_MS
    return waitedMs + slackMs >= graceMs
      ? PASS
      : fail(`disconnected after ${graceMs} ms of grace`, `after ${waitedMs} ms`, report.event)
  }
}

/**
 * `disconnected` about `as`, whose ending has no grace, came before that about a twin that ended earlier with grace;
 * inconclusive where all that led to it was over only when the grace of the twin was nearly so, too.
 */
export function reportedAheadOf(as: string, twin: string): Judge {
  return (timeline) => {
    const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
    if (graceMs === 0) return PASS
    const report = reportsOf(timeline, as, 'disconnected')[0]
    const later = reportsOf(timeline, twin, 'disconnected')[0]
    if (!later) return inconclusive(`nothing was reported about ${twin}, which ended with grace`)
    const expected = `disconnected about ${as} without waiting for the grace`
    if (!report) return fail(expected, `no disconnected; ${say(timeline, as)}`)
    if (report.event.n < later.event.n) return PASS
    const gone = endingBefore(timeline, twin, later.event.n)
    const led = timeline.events.findLast(({ n, kind }) => n < later.event.n && LEADING.has(kind))
    return gone && led && led.atMs - gone.atMs > graceMs * MOST_OF_GRACE
      ? inconclusive(`the grace of ${twin} was nearly over before all was done that ends ${as}`)
      : fail(expected, `later than about ${twin}, which waited for its grace`, report.event)
  }
}

/** After `connected`, nothing was reported about the role until the fence, and then its going. */
export function silentUntilFence(as: string, about: string): Judge {
  return (timeline) => {
    const fence = fenceOf(timeline)
    const reports = reportsOf(timeline, as)
    const early = reports.filter(({ event }) => event.n < fence)[1]
    const extra =
      early ??
      reports.find(({ event, fields }) => event.n > fence && fields.event !== 'disconnected')
    return extra
      ? fail(`nothing reported about ${about}`, describeReport(extra), extra.event)
      : PASS
  }
}

/** `connected` was reported before the fence and something after it, so that silence between was observed. */
export function fencePassed(as: string): Judge {
  return (timeline) => {
    const fence = fenceOf(timeline)
    const reports = reportsOf(timeline, as)
    if (reports[0]?.fields.event !== 'connected' || reports[0].event.n > fence)
      return inconclusive(`connected was not reported about ${as}`)
    return reports.some(({ event }) => event.n > fence)
      ? PASS
      : inconclusive(`nothing was reported about ${as} after the fence; ${say(timeline, as)}`)
  }
}

/** The client was welcomed a second time no later than the grace after its first connection ended. */
export function returnedInTime(first: string, second = first): Judge {
  return (timeline) => {
    const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
    const ending = eventsOf(timeline, 'sent', first)[0] ?? closeOf(timeline, first)
    const welcome = envelopesOf(timeline, second, 'welcome').at(-1)?.event
    if (!ending || !welcome || welcome.n < ending.n)
      return inconclusive('the client was not welcomed again')
    const awayMs = welcome.atMs - ending.atMs
    return awayMs < graceMs
      ? PASS
      : inconclusive(`the client was away for ${awayMs} ms, the grace is ${graceMs} ms`)
  }
}

/** Judges the last role that was tried. */
export function lastOf(tries: readonly string[], make: (as: string) => Judge): Judge {
  return (timeline) => {
    const last = tries.findLast((as) => timeline.events.some((event) => event.as === as))
    return last === undefined ? inconclusive('nothing was tried') : make(last)(timeline)
  }
}

/** The first report about the role is `connected` and names the connection that was welcomed. */
export function reportedOnlyWelcomed(as: string): Judge {
  return (timeline) => {
    const first = reportsOf(timeline, as)[0]
    const welcome = envelopesOf(timeline, as, 'welcome')[0]
    if (!first || !welcome) return inconclusive(`${as} was not welcomed and reported`)
    const id = welcome.envelope.connection_id
    return first.event.n > welcomeRequest(timeline, as) &&
      [id, undefined].includes(first.fields.connection_id)
      ? PASS
      : fail(
          `nothing reported before the connection ${show(id)} was welcomed`,
          describeReport(first),
          first.event,
        )
  }
}

/** A report in words. */
export function describeReport({ fields }: ReadWebhook): string {
  const reason = fields.reason === undefined ? '' : `, reason ${fields.reason}`
  return `${show(fields.event)} version ${fields.version}${reason}`
}

/** What a busy machine may add between the service's close and the suite's reading of it. */
const LATENCY_MS = 250

/** Timers of some platforms fire this much before their time, in milliseconds. */
export const TIMER_MS = 2

function fenceOf(timeline: Timeline): number {
  return eventsOf(timeline, 'note', FENCE)[0]?.n ?? 0
}

function endingBefore(
  timeline: Timeline,
  as: string,
  n: number,
): SentEvent | CloseEvent | undefined {
  return eventsOf(timeline, 'sent', as).findLast((event) => event.n < n) ?? closeOf(timeline, as)
}

function welcomeRequest(timeline: Timeline, as: string): number {
  return eventsOf(timeline, 'request', as)[0]?.n ?? 0
}

function say(timeline: Timeline, as: string): string {
  const reports = reportsOf(timeline, as)
  return reports.length === 0
    ? 'nothing was reported'
    : `reported: ${reports.map(describeReport).join('; ')}`
}
