/** Judges of `closed`: that it comes, once, after everything else, with the end as it was, and how it is repeated. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import { closeOf, type ReadWebhook, type Timeline, webhooksOf } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { TIMER_MS } from './presence.ts'
import { answeredAt } from './socket-messages.ts'
import { waitsOf } from './webhook-sending.ts'

const LARGEST_DELAY_MS = TIMINGS.webhook_retry_seconds.largest_delay * 1000

/** The socket of the role was reported closed, in this many attempts. */
export function toldClosed(as: string, attempts = 1): Judge {
  return (timeline) => {
    const told = webhooksOf(timeline, as, 'closed')
    const times = attempts === 1 ? 'one closed' : `${attempts} attempts of closed`
    const extra = told[attempts]
    if (extra) return fail(`${times} about ${as}`, `another, ${say(extra)}`, extra.event)
    return told.length === attempts ? PASS : fail(`${times} about ${as}`, `${told.length}`)
  }
}

/** The socket of the role was not reported closed. */
export function neverToldClosed(as: string): Judge {
  return (timeline) => {
    const [told] = webhooksOf(timeline, as, 'closed')
    return told ? fail(`no closed about ${as}`, say(told), told.event) : PASS
  }
}

/** `closed` was attempted when everything else about the role had been answered, and nothing but it came later. */
export function toldLast(as: string): Judge {
  return (timeline) => {
    const webhooks = webhooksOf(timeline, as)
    const [told] = webhooksOf(timeline, as, 'closed')
    if (!told) return inconclusive(`no closed about ${as}`)
    const others = webhooks.filter(({ fields }) => fields.event !== 'closed')
    const later = others.find(({ event }) => event.n > told.event.n)
    if (later) return fail(`nothing about ${as} after closed`, say(later), later.event)
    const waiting = others.find((other) => answeredAt(timeline, other) > told.event.n)
    return waiting
      ? fail(`closed after the answer to ${say(waiting)}`, 'closed before it', told.event)
      : PASS
  }
}

/** `closed` has this code and reason. */
export function toldEnd(as: string, code: number, reason: string): Judge {
  return (timeline) => {
    const [told] = webhooksOf(timeline, as, 'closed')
    const expected = `closed with code ${code} and reason ${show(reason)} about ${as}`
    if (!told) return inconclusive(`no closed about ${as}`)
    const { fields } = told
    return fields.code === `${code}` && fields.reason === reason
      ? PASS
      : fail(expected, `code ${fields.code} and reason ${show(fields.reason)}`, told.event)
  }
}

/** `closed` has the code and reason of the Close frame that the page got from the service. */
export function toldAsSeen(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    return close
      ? toldEnd(as, close.code, close.reason)(timeline)
      : inconclusive(`${as} was not closed`)
  }
}

/** The first `repeats` repeats of `closed` came on the advertised schedule, with the same `webhook-id`. */
export function closedRepeated(as: string, repeats: number): Judge {
  return (timeline) => {
    const attempts = webhooksOf(timeline, as, 'closed')
    const waits = waitsOf(timeline.advertised).slice(0, repeats)
    for (const [index, wait] of waits.entries()) {
      const [before, next] = [attempts[index], attempts[index + 1]]
      const [least, most] = [wait * 800, wait * 1200 + LARGEST_DELAY_MS]
      const expected = `attempt ${index + 2} of closed about ${as} from ${least} to ${most} ms after attempt ${index + 1}`
      if (!before || !next) return fail(expected, `${attempts.length} attempts`)
      const gapMs = next.event.atMs - endOf(timeline, before)
      const wholeMs = next.event.atMs - before.event.atMs
      if (wholeMs + TIMER_MS < least || gapMs > most) {
        return fail(expected, `${gapMs} ms`, next.event)
      }
      const [id, again] = [before, next].map(({ event }) => event.headers['webhook-id'])
      if (id === undefined || again !== id) {
        return fail(`the webhook-id ${show(id)} again`, show(again), next.event)
      }
      if (next.event.body !== before.event.body) {
        return fail(`the form ${show(before.event.body)} again`, show(next.event.body), next.event)
      }
    }
    return PASS
  }
}

/** `closed` was attempted more than once about the role: a condition of something else. */
export function closedAgain(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'closed').length > 1
      ? PASS
      : inconclusive(`closed about ${as}, which failed, was not repeated`)
}

/** When an attempt ended: its wait begins there. */
function endOf(timeline: Timeline, webhook: ReadWebhook): number {
  const n = answeredAt(timeline, webhook)
  return timeline.events.find((event) => event.n === n)?.atMs ?? webhook.event.atMs
}

function say({ fields }: ReadWebhook): string {
  const what = fields.event === 'message' ? ` ${show(fields.body)}` : ''
  return fields.event === 'closed' ? `closed ${fields.code}` : `${fields.event}${what}`
}
