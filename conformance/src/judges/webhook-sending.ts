/** Judges of sending: what is repeated and when, what is given up, and how much is in flight at once. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import {
  eventsOf,
  type ReadWebhook,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'
import { describeReport, FENCE, TIMER_MS } from './presence.ts'

const LARGEST_DELAY_MS = TIMINGS.webhook_retry_seconds.largest_delay * 1000

/** The waits between attempts of one report, in seconds. */
export function waitsOf(advertised: Timeline['advertised']): readonly number[] {
  return [advertised.timings.webhook_retry_seconds ?? []].flat()
}

/** `Retry-After` that a check asks for: longer than the first wait can be. */
export function longRetryAfter(advertised: Timeline['advertised']): number {
  return Math.ceil((waitsOf(advertised)[0] ?? 1) * 1.2) + 1
}

/** The role's first report was attempted at least `attempts` times. */
export function attempted(as: string, attempts: number): Judge {
  return (timeline) => {
    const count = attemptsOfFirst(timeline, as).length
    return count >= attempts
      ? PASS
      : fail(`${attempts} attempts of one report about ${as}`, `${count}`)
  }
}

/** As {@link attempted}, as the condition of something else. */
export function seenAttempts(as: string, attempts: number): Judge {
  return (timeline) => {
    const count = attemptsOfFirst(timeline, as).length
    return count >= attempts
      ? PASS
      : inconclusive(`${count} of ${attempts} attempts of one report about ${as} came`)
  }
}

/** The role's first report was attempted once. */
export function attemptedOnce(as: string): Judge {
  return (timeline) => {
    const again = attemptsOfFirst(timeline, as)[1]
    return again
      ? fail(`one attempt about ${as}`, `${describeReport(again)} again`, again.event)
      : PASS
  }
}

/** The first `repeats` repeats came after the advertised waits, each within 20 % plus the largest delay. */
export function repeatedOnTime(as: string, repeats: number): Judge {
  return (timeline) => {
    const attempts = attemptsOfFirst(timeline, as)
    const waits = waitsOf(timeline.advertised).slice(0, repeats)
    for (const [index, wait] of waits.entries()) {
      const [before, next] = [attempts[index], attempts[index + 1]]
      const [least, most] = [wait * 800, wait * 1200 + LARGEST_DELAY_MS]
      const expected = `attempt ${index + 2} about ${as} from ${least} to ${most} ms after attempt ${index + 1}`
      if (!before || !next) return fail(expected, `${attempts.length} attempts`)
      const gapMs = next.event.atMs - before.event.atMs
      if (gapMs + TIMER_MS < least || gapMs > most) return fail(expected, `${gapMs} ms`, next.event)
    }
    return PASS
  }
}

/** The second attempt, of whichever version, came no earlier than the `Retry-After` of the first answer. */
export function heldBack(as: string): Judge {
  return (timeline) => {
    const [first, second] = webhooksOf(timeline, as)
    const leastMs = longRetryAfter(timeline.advertised) * 1000
    if (!first || !second) return inconclusive(`the report about ${as} was not repeated`)
    const gapMs = second.event.atMs - first.event.atMs
    return gapMs + TIMER_MS >= leastMs
      ? PASS
      : fail(`the next attempt about ${as} after ${leastMs} ms`, `${gapMs} ms`, second.event)
  }
}

/** Nothing reached the place that a redirect pointed to, although the service went on. */
export function redirectIgnored(as: string, elsewhere: string): Judge {
  return (timeline) => {
    const followed = webhooksOf(timeline, elsewhere)[0]
    if (followed) {
      return fail('no request to where the redirect pointed', followed.event.path, followed.event)
    }
    return seenAttempts(as, 2)(timeline)
  }
}

/** Before the fence, the role's report was attempted once and once per wait. */
export function scheduleEnded(as: string): Judge {
  return (timeline) => {
    const most = waitsOf(timeline.advertised).length + 1
    const extra = webhooksOf(timeline, as).filter(({ event }) => event.n < fenceOf(timeline))[most]
    return extra
      ? fail(`${most} attempts about ${as}`, `another, ${describeReport(extra)}`, extra.event)
      : PASS
  }
}

/** After the fence, something about the role was reported. */
export function reportedAfterFence(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'disconnected').some(({ event }) => event.n > fenceOf(timeline))
      ? PASS
      : fail(`the next change of ${as} reported`, 'no disconnected')
}

/** The receiver never had more attempts in flight than the service advertises. */
export function inFlightBounded(as: string): Judge {
  return (timeline) => {
    const most = timeline.advertised.limits.webhook_concurrency ?? Number.NaN
    const webhooks = webhooksOf(timeline, as)
    if (webhooks.length <= most) {
      return inconclusive(`${webhooks.length} attempts came, the limit is ${most}`)
    }
    const extra = webhooks.find(({ event }) => event.inFlight > most)
    return extra
      ? fail(`at most ${most} attempts in flight`, `${extra.event.inFlight}`, extra.event)
      : PASS
  }
}

/** Of two clients that came after the report about `first` failed, one was reported a pause after that. */
export function pausedBetween(first: string, ...rest: readonly [string, string]): Judge {
  return (timeline) => {
    const pauseMs = seconds(timeline.advertised, 'webhook_pause_seconds') * 1000
    const [trouble] = webhooksOf(timeline, first)
    const answer = eventsOf(timeline, 'webhook-answer').find(({ to }) => to === trouble?.event.n)
    const later = rest.flatMap((as) => webhooksOf(timeline, as).slice(0, 1))
    const last = later.toSorted((a, b) => a.event.n - b.event.n)[1]
    if (!trouble || !answer || !last) return inconclusive('too few attempts came')
    if (Number(answer.status) < 300)
      return inconclusive(`the first attempt about ${first} came too late to fail`)
    const gapMs = last.event.atMs - trouble.event.atMs
    return gapMs + TIMER_MS >= pauseMs
      ? PASS
      : fail(
          `at most one attempt per ${pauseMs} ms once one was answered ${answer.status}`,
          `two within ${gapMs} ms after it`,
          last.event,
        )
  }
}

function attemptsOfFirst(timeline: Timeline, as: string): ReadWebhook[] {
  const webhooks = webhooksOf(timeline, as)
  const first = webhooks[0]
  return webhooks.filter(
    ({ fields }) =>
      fields.event === first?.fields.event && fields.version === first?.fields.version,
  )
}

function fenceOf(timeline: Timeline): number {
  return eventsOf(timeline, 'note', FENCE)[0]?.n ?? 0
}
