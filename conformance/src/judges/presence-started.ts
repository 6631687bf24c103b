/** Judges of `started`: that it comes, that it comes first, its floor, and when it is done. */

import { envelopesOf, eventsOf, webhooksOf } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** The first webhook of the instance is `started` with an epoch; others came after it. */
export function startedFirst(as: string): Judge {
  return (timeline) => {
    const [first] = webhooksOf(timeline, as)
    if (!first) return fail('started', 'no webhook')
    return first.fields.event === 'started' && /^\d+$/.test(first.fields.epoch ?? '')
      ? PASS
      : fail('started with an epoch, before any other webhook', show(first.fields), first.event)
  }
}

/** The instance sent `started`. */
export function startedSent(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'started').length > 0 ? PASS : inconclusive(`no started from ${as}`)
}

/** A client's epoch is not below the floor that `started` gave. */
export function aboveFloor(as: string, client: string): Judge {
  return (timeline) => {
    const floor = Number(webhooksOf(timeline, as, 'started')[0]?.fields.epoch)
    const welcome = envelopesOf(timeline, client, 'welcome')[0]
    if (!welcome) return inconclusive(`${client} was not welcomed`)
    return Number(welcome.envelope.epoch) >= floor
      ? PASS
      : fail(`an epoch of at least ${floor}`, show(welcome.envelope.epoch), welcome.event)
  }
}

/** `started` was attempted once by the instance. */
export function startedOnce(as: string): Judge {
  return (timeline) => {
    const [first, again] = webhooksOf(timeline, as, 'started')
    const answer = eventsOf(timeline, 'webhook-answer').find(({ to }) => to === first?.event.n)
    return again
      ? fail(`no started after it was answered ${answer?.status}`, 'another attempt', again.event)
      : PASS
  }
}

/** `started` was attempted again by the instance, so that repeating it is what the service does. */
export function startedAgain(as: string): Judge {
  return (timeline) =>
    webhooksOf(timeline, as, 'started').length > 1
      ? PASS
      : inconclusive(`${as}, where it was answered 500, did not repeat started`)
}
