/** Nothing is missing and nothing comes twice in what a connection is sent: the numbers of each stream follow each other. */

import { show } from '../judges/finding.ts'
import type { Stream } from '../judges/stream.ts'
import type { Link } from './facts.ts'
import type { Observer } from './invariant.ts'

/** The first number of a connection is one above that of its welcome, each further one above the one before. */
export const seqIsContiguous = (stream: Stream) => (): Observer => (facts, log) => {
  for (const link of facts.links) {
    let last = startOf(link, stream)
    for (const { event, json } of link.envelopes) {
      if (last === undefined) break
      if (json?.type !== stream.type) continue
      log.saw()
      if (json.seq !== last + 1)
        log.broken(facts, event, `seq ${last + 1}, one above ${last}`, show(json.seq))
      last = typeof json.seq === 'number' ? json.seq : undefined
    }
  }
}

function startOf({ welcome, isMixed }: Link, stream: Stream): number | undefined {
  const start = isMixed ? undefined : welcome?.[stream.seq]
  return typeof start === 'number' ? start : undefined
}
