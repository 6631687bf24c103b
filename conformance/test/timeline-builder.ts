/** Builds small timelines by hand, so that judges can be judged without a server. */

import { readAdvertised } from '../src/target/advertised.ts'
import type { TimelineEvent, Unrecorded } from '../src/timeline/event.ts'
import type { Advertised, Timeline } from '../src/timeline/timeline.ts'

/** An event without its number; without an instant it happens 1 ms after the one before. */
export type Planned = Unrecorded & { readonly atMs?: number }

/** A timeline of these events, numbered from 1; what is advertised are the registry's defaults, changed by `advertised`. */
export function timelineOf(
  events: readonly Planned[],
  advertised: Partial<Advertised> = {},
): Timeline {
  let atMs = 0
  const numbered = events.map((event, index) => {
    atMs = event.atMs ?? atMs + 1
    return { ...event, n: index + 1, atMs } as TimelineEvent
  })
  return {
    advertised: { ...readAdvertised('http://127.0.0.1:1', undefined, []), ...advertised },
    events: numbered,
  }
}

/** A call that the suite made. */
export function request(as: string, url: string, body: unknown = ''): Planned {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { kind: 'request', as, method: 'POST', url, headers: {}, body: text }
}

/** An answer of the target; an object becomes JSON. */
export function answer(
  as: string,
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): Planned {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { kind: 'answer', as, status, headers, body: text }
}

/** A text frame with an envelope. */
export function envelope(as: string, value: object): Planned {
  return { kind: 'frame', as, type: 'text', text: JSON.stringify(value) }
}

/** The end of a connection. */
export function close(as: string, code: number, reason = ''): Planned {
  return { kind: 'close', as, code, reason }
}

/** Something that the suite sent on a connection. */
export function sent(as: string, atMs: number): Planned {
  return { kind: 'sent', as, what: 'something', atMs }
}

/** A note of the check. */
export function note(as: string): Planned {
  return { kind: 'note', as, what: 'a note' }
}

/** An attempt of a webhook that arrived. */
export function webhook(
  as: string,
  fields: Readonly<Record<string, string>>,
  members: {
    readonly atMs?: number
    readonly method?: string
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly inFlight?: number
    readonly body?: string
  } = {},
): Planned {
  return {
    kind: 'webhook',
    as,
    method: 'POST',
    path: `/_ah/channel/${fields.event}/`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields }).toString(),
    inFlight: 1,
    ...members,
  }
}

/** The receiver's answer to the attempt with this number. */
export function webhookAnswer(as: string, to: number, status: number): Planned {
  return { kind: 'webhook-answer', as, status, to }
}
