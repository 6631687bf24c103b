/** Builds by hand what a service sees of a client, so that judges can be judged without one. */

import type { Planned } from '../timeline-builder.ts'

/** An attempt of a channel, from 1. */
export function attempt(
  role: string,
  place: number,
  atMs: number,
  members: {
    readonly url?: string
    readonly subprotocols?: readonly string[]
    readonly headers?: Readonly<Record<string, string>>
    readonly transport?: 'websocket' | 'stream'
  } = {},
): Planned {
  return {
    kind: 'attempt',
    as: `${role}#${place}`,
    atMs,
    transport: 'websocket',
    url: '/connect',
    subprotocols: ['channel-protocol.v1', 'channel-token.t'],
    headers: {},
    ...members,
  }
}

/** Something that the service sent on an attempt: an envelope, or words such as `Close 4100`. */
export function sent(role: string, place: number, what: object | string, atMs: number): Planned {
  const text = typeof what === 'string' ? what : JSON.stringify(what)
  return { kind: 'sent', as: `${role}#${place}`, what: text, atMs }
}

/** The client's side of an end. */
export function ended(role: string, place: number, code: number, atMs: number): Planned {
  return { kind: 'close', as: `${role}#${place}`, code, reason: '', atMs }
}

/** What the page was told. */
export function told(role: string, what: string, members: object = {}, atMs?: number): Planned {
  return {
    kind: 'told',
    as: role,
    what,
    members: { ...members },
    ...(atMs !== undefined && { atMs }),
  }
}
