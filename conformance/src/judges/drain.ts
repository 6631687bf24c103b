/** Judges of a service that is full or about to stop. */

import { latestSeconds } from '../timeline/latest.ts'
import { closeOf, envelopesOf, eventsOf } from '../timeline/timeline.ts'
import { closed } from './connection.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { refused } from './problem.ts'

/** The connection was refused for capacity, before or after the upgrade. */
export function refusedForCapacity(as: string): Judge {
  return (timeline) => {
    const last = eventsOf(timeline, 'answer', as).at(-1)
    const isUpgraded = eventsOf(timeline, 'open', as).length > 0
    if (isUpgraded || last === undefined || last.status < 300)
      return closed(as, 'over-capacity')(timeline)
    const events = timeline.events.filter(({ n }) => n >= last.n)
    return refused(as, 'over-capacity')({ ...timeline, events })
  }
}

/** A `reconnect` envelope with `after_seconds` came before the close. */
export function announcedBeforeClose(as: string): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    if (!close) return inconclusive(`the connection of ${as} was not closed`)
    const notice = envelopesOf(timeline, as, 'reconnect')[0]
    const wait = notice?.envelope.after_seconds
    if (notice && notice.event.n < close.n && typeof wait === 'number' && wait >= 0) return PASS
    return fail(
      'a reconnect envelope with after_seconds before the close',
      notice ? show(notice.envelope) : 'none',
      notice?.event ?? close,
    )
  }
}

/** Closed with 4200, in time after the instance of `service` was asked to drain. */
export function drained(as: string, service: string): Judge {
  return all(closed(as, 'draining'), (timeline) => {
    const asked = eventsOf(timeline, 'instance', service).find(({ what }) => what === 'draining')
    const close = closeOf(timeline, as)
    if (!asked || !close) return inconclusive('nothing was drained')
    const limit = latestSeconds(timeline.advertised, 'drain_seconds')
    const took = (close.atMs - asked.atMs) / 1000
    return took <= limit
      ? PASS
      : fail(`a close within ${limit} s`, `one after ${took.toFixed(1)} s`, close)
  })
}

/** Who came while the service drained was not welcomed, or was closed in time like the others. */
export function turnedAway(as: string, service: string): Judge {
  return (timeline) =>
    envelopesOf(timeline, as, 'welcome').length === 0 ? PASS : drained(as, service)(timeline)
}
