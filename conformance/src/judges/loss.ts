/** Judges of connections that were lost without a Close frame: whether the service still counts them. */

import { envelopesOf, eventsOf, readObject } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'

/** The last receipt of this role counts no connection; those before may have come before the loss was known. */
export function uncountedAtLast(as: string): Judge {
  return (timeline) => {
    const answer = eventsOf(timeline, 'answer', as).findLast(({ status }) => status === 200)
    const connections = readObject(answer?.body ?? '')?.connections
    if (connections === undefined) return inconclusive(`no post of ${as} was accepted`)
    return connections === 0
      ? PASS
      : fail('connections 0 soon after the loss', `connections ${show(connections)}`, answer)
  }
}

/** As many connections of this role were welcomed as the service advertises in `connections`. */
export function welcomedToTheLimit(as: string): Judge {
  return (timeline) => {
    const limit = timeline.advertised.limits.connections ?? 0
    const count = envelopesOf(timeline, as, 'welcome').length
    return count >= limit
      ? PASS
      : fail(
          `${limit} connections welcomed where all before them had ended`,
          `${count}`,
          eventsOf(timeline, 'close', as)[0] ?? eventsOf(timeline, 'answer', as).at(-1),
        )
  }
}
