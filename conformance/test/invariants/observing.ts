/** Shows an observer timelines made by hand. */

import { readFacts } from '../../src/invariants/facts.ts'
import { type Observer, startWatch } from '../../src/invariants/invariant.ts'
import type { Advertised } from '../../src/timeline/timeline.ts'
import { answer, envelope, type Planned, request, timelineOf } from '../timeline-builder.ts'

export const BASE = 'http://127.0.0.1:1'

/** What it says of these timelines: how much it saw, and what was expected and got where it was broken. */
export function shown(
  begin: () => Observer,
  timelines: readonly (readonly Planned[])[],
  advertised: Partial<Advertised> = {},
): { observed: number; broken?: readonly [expected: string, got: string] } {
  const watch = startWatch(begin)
  for (const [at, events] of timelines.entries())
    watch.take(readFacts(timelineOf(events, advertised), BASE, at))
  const { observed, violation } = watch.seen()
  return { observed, ...(violation && { broken: [violation.expected, violation.got] }) }
}

/** A connection of a client id that is welcomed at `seq`, before what follows. */
export function connected(
  as: string,
  clientId: string,
  seq = 0,
  members: Readonly<Record<string, unknown>> = {},
): Planned[] {
  return [
    {
      kind: 'request',
      as,
      method: 'GET',
      url: 'ws://127.0.0.1:1/v1/connect',
      headers: {},
      body: '',
    },
    { kind: 'open', as, subprotocol: 'channel-protocol.v1' },
    envelope(as, {
      type: 'welcome',
      client_id: clientId,
      connection_id: `conn-${as}`,
      epoch: 7,
      seq,
      ...members,
    }),
  ]
}

/** A message that arrives. */
export const message = (as: string, seq: number, data = 'hello', id = `m-${seq}`): Planned =>
  envelope(as, { type: 'message', id, seq, data })

/** A post and its answer. */
export function posted(clientId: string, data: string, seq = 1, id = `m-${seq}`): Planned[] {
  return [
    request('post', `${BASE}/v1/messages?x-grease=1`, { client_id: clientId, data }),
    answer('post', 200, { id, seq, epoch: 7, connections: 1 }),
  ]
}
