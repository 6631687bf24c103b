/** Judges of versions: how reports about one client id are numbered, ordered, replaced and paced. */

import type { WebhookAnswerEvent } from '../timeline/event.ts'
import {
  eventsOf,
  type ReadWebhook,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'
import { describeReport, FENCE, reportsOf, TIMER_MS } from './presence.ts'

/** Every `connected` has an odd version, every `disconnected` an even one. */
export function numberedByParity(as: string): Judge {
  return (timeline) => {
    const wrong = reportsOf(timeline, as).find(
      ({ fields }) => Number(fields.version) % 2 !== (fields.event === 'connected' ? 1 : 0),
    )
    return wrong
      ? fail(
          'an odd version with connected, an even one with disconnected',
          describeReport(wrong),
          wrong.event,
        )
      : PASS
  }
}

/** Each new event has a larger (epoch, version) than the one before. */
export function growing(as: string): Judge {
  return (timeline) => {
    const attempts = webhooksOf(timeline, as)
    const wrong = attempts.find((attempt, index) => {
      const before = attempts[index - 1]
      return before && !isRepeat(attempt, before) && !isNewer(attempt, before)
    })
    const before = wrong && attempts[attempts.indexOf(wrong) - 1]
    return wrong && before
      ? fail(
          `an (epoch, version) above (${before.fields.epoch}, ${before.fields.version})`,
          `(${wrong.fields.epoch}, ${wrong.fields.version})`,
          wrong.event,
        )
      : PASS
  }
}

/** `connected` and `disconnected` take turns. */
export function alternating(as: string): Judge {
  return (timeline) => {
    const reports = reportsOf(timeline, as)
    const wrong = reports.find(
      ({ fields }, index) => fields.event === (reports[index - 1]?.fields.event ?? 'disconnected'),
    )
    return wrong
      ? fail(
          `${wrong.fields.event === 'connected' ? 'disconnected' : 'connected'} next`,
          describeReport(wrong),
          wrong.event,
        )
      : PASS
  }
}

/** Nothing of the role's first report was attempted after the fence. */
export function oldNotRepeated(as: string): Judge {
  return (timeline) => {
    const fence = eventsOf(timeline, 'note', FENCE)[0]?.n ?? 0
    const [first, ...later] = webhooksOf(timeline, as)
    const wrong = later.find(
      ({ event, fields }) =>
        event.n > fence &&
        fields.version === first?.fields.version &&
        fields.connection_id === first?.fields.connection_id,
    )
    return wrong
      ? fail('only the newer version', `${describeReport(wrong)} again`, wrong.event)
      : PASS
  }
}

/** The going of the role's client was, by the instants that the reports give, a fact when the fence was set. */
export function goneByFence(as: string): Judge {
  return (timeline) => {
    const [came] = webhooksOf(timeline, as, 'connected')
    const [gone] = webhooksOf(timeline, as, 'disconnected')
    const [start, fence] = [
      eventsOf(timeline, 'request', as)[0],
      eventsOf(timeline, 'note', FENCE)[0],
    ]
    if (!came || !gone || !start || !fence) return inconclusive(`${as} was not reported gone`)
    // Differences of one clock each: that of the service and that of the suite need not agree.
    const goneMs = Date.parse(gone.fields.time ?? '') - Date.parse(came.fields.time ?? '')
    const lateMs = goneMs - (fence.atMs - start.atMs)
    return lateMs <= TIMER_MS
      ? PASS
      : inconclusive(`${as} was gone ${lateMs} ms after it should have been`)
  }
}

/** While the first report about the role was unanswered, no other was attempted. */
export function heldAlone(as: string): Judge {
  return (timeline) => {
    const [first, second] = webhooksOf(timeline, as)
    if (!first) return inconclusive(`nothing was reported about ${as}`)
    const answer = answerOf(timeline, first)
    if (second && second.event.n < (answer?.n ?? Number.POSITIVE_INFINITY)) {
      return fail('one attempt in flight', `${describeReport(second)} beside it`, second.event)
    }
    return answer ? PASS : inconclusive(`the report about ${as} was never answered`)
  }
}

/** The first report about the role was answered before the time after which it would have failed. */
export function answeredInTime(as: string): Judge {
  return (timeline) => {
    const timeoutMs = seconds(timeline.advertised, 'webhook_timeout_seconds') * 1000
    const [first] = webhooksOf(timeline, as)
    const answer = first && answerOf(timeline, first)
    if (!first || !answer) return inconclusive(`no report about ${as} was answered`)
    const tookMs = answer.atMs - first.event.atMs
    return tookMs < timeoutMs * 0.6
      ? PASS
      : inconclusive(`the answer took ${tookMs} ms, the time-out is ${timeoutMs} ms`)
  }
}

/**
 * The report of this number, from 3 on, was attempted no earlier than an interval for each from the third after what
 * caused the second.
 */
export function paced(as: string, number: number): Judge {
  return (timeline) => {
    const intervalMs = seconds(timeline.advertised, 'presence_interval_seconds') * 1000
    const leastMs = intervalMs * (number - 2)
    const report = reportsOf(timeline, as)[number - 1]
    const cause = eventsOf(timeline, 'sent', as)[0]
    if (!report || !cause) return inconclusive(`no version ${number} was reported`)
    const gapMs = report.event.atMs - cause.atMs
    return gapMs + TIMER_MS >= leastMs
      ? PASS
      : fail(
          `version ${number} at least ${leastMs} ms after the second`,
          `at most ${gapMs} ms after it`,
          report.event,
        )
  }
}

function answerOf(timeline: Timeline, { event }: ReadWebhook): WebhookAnswerEvent | undefined {
  return eventsOf(timeline, 'webhook-answer').find(({ to }) => to === event.n)
}

function isRepeat(a: ReadWebhook, b: ReadWebhook): boolean {
  return (['event', 'epoch', 'version'] as const).every((name) => a.fields[name] === b.fields[name])
}

function isNewer(a: ReadWebhook, b: ReadWebhook): boolean {
  const [epochA, epochB] = [Number(a.fields.epoch), Number(b.fields.epoch)]
  return epochA === epochB ? Number(a.fields.version) > Number(b.fields.version) : epochA > epochB
}
