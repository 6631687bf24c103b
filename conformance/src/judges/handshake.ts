/** Judges of the rates of handshakes: what exceeds one is refused, before the upgrade or after it. */

import { CLOSE_CODES, type LimitName, PROBLEMS } from '@channel-protocol/schemas/registry'
import type { AnswerEvent } from '../timeline/event.ts'
import { eventsOf, readObject, type Timeline } from '../timeline/timeline.ts'
import { type Finding, fail, inconclusive, type Judge, PASS, show } from './finding.ts'

const EXPECTED = 'a refusal with 429 rate-limited or 4102 rate-limited'

/** Some handshake of this role, which has nothing else, was refused for its rate, which this limit advertises. */
export function limitedHandshakes(as: string, limit: LimitName): Judge {
  return (timeline) => {
    const answers = eventsOf(timeline, 'answer', as)
    const other = answers.find((answer) => answer.status >= 300 && !isRateLimited(answer))
    if (other) return fail(EXPECTED, `status ${other.status} ${show(other.body)}`, other)
    const closed = eventsOf(timeline, 'close', as).some(
      ({ code }) => code === CLOSE_CODES['rate-limited'].code,
    )
    return closed || answers.some(isRateLimited) ? PASS : judgeUnlimited(timeline, as, limit)
  }
}

/** Every handshake of this role that was refused before the upgrade was told when to come back. */
export function toldWhenToComeBack(as: string): Judge {
  return (timeline) => {
    const silent = eventsOf(timeline, 'answer', as).find(
      (answer) => isRateLimited(answer) && !/^\d+$/.test(answer.headers['retry-after'] ?? ''),
    )
    return silent
      ? fail('Retry-After in whole seconds', show(silent.headers['retry-after']), silent)
      : PASS
  }
}

function isRateLimited({ status, body }: AnswerEvent): boolean {
  return status === PROBLEMS['rate-limited'].status && readObject(body)?.code === 'rate-limited'
}

function judgeUnlimited(timeline: Timeline, as: string, limit: LimitName): Finding {
  const made = eventsOf(timeline, 'request', as)
  const last = timeline.events.findLast((event) => event.as === as)
  const elapsed = ((last?.atMs ?? 0) - (made[0]?.atMs ?? 0)) / 1000
  const allowed = Math.ceil((timeline.advertised.limits[limit] ?? 0) * (1 + elapsed))
  const said = `${made.length} handshakes in ${elapsed.toFixed(2)} s`
  return made.length > allowed
    ? fail(`${EXPECTED} after ${allowed} handshakes`, `${said}, none refused for its rate`, last)
    : inconclusive(`${said} do not exceed the rate`)
}
