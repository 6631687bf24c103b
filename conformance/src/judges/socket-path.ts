/** Judges of paths: what every webhook of a socket says of its path, in its form and in its request target. */

import { type ReadWebhook, type Timeline, webhooksOf } from '../timeline/timeline.ts'
import { fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { pathOf } from './socket-opening.ts'

/** The events of a socket, from its opening to its end. */
export const SOCKET_EVENTS = ['handshake', 'message', 'closed'] as const

/** What RFC 3986 lets stand in a segment. */
const SEGMENT = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/

/** The role was given a socket, and its three events have its path as the field `path`. */
export function pathKept(as: string): Judge {
  return (timeline) => {
    const expected = pathOf(timeline, as)
    for (const name of SOCKET_EVENTS) {
      const webhook = webhooksOf(timeline, as, name)[0]
      if (!webhook) return fail(`${name} with path ${show(expected)}`, `no ${name}`)
      if (webhook.fields.path !== expected) {
        const got = `${name} with path ${show(webhook.fields.path)}`
        return fail(`path ${show(expected)}`, got, webhook.event)
      }
    }
    return PASS
  }
}

/** The raw targets of the role's three events end with its path, each segment of it percent-encoded once. */
export function pathEncoded(as: string): Judge {
  return (timeline) => {
    const segments = pathOf(timeline, as).split('/')
    for (const webhook of eventsOfPath(timeline, as)) {
      const rest = splitTarget(webhook, segments[0])?.rest
      const isRight =
        rest?.length === segments.length &&
        rest.every((segment, at) => SEGMENT.test(segment) && decodeOnce(segment) === segments[at])
      if (!isRight) {
        return fail(
          `a request target that ends with ${show(encode(segments))}`,
          show(webhook.event.path),
          webhook.event,
        )
      }
    }
    return eventsOfPath(timeline, as).length > 0 ? PASS : inconclusive(`no webhook about ${as}`)
  }
}

/** Whatever the path: each event of these roles goes to one and the same URL before it. */
export function sameConfigured(...roles: readonly string[]): Judge {
  return (timeline) => {
    const known = new Map<string, string>()
    for (const webhook of roles.flatMap((as) => eventsOfPath(timeline, as))) {
      const first = pathOf(timeline, webhook.event.as).split('/')[0]
      const prefix = splitTarget(webhook, first)?.prefix
      const name = webhook.fields.event ?? ''
      const expected = known.get(name) ?? prefix
      if (prefix === undefined || prefix !== expected) {
        return fail(`${show(expected)} before the path`, show(webhook.event.path), webhook.event)
      }
      known.set(name, prefix)
    }
    return known.size === SOCKET_EVENTS.length ? PASS : inconclusive('not every event came')
  }
}

/** The role has no path: its three events say so and go where those of `comparedWith` go, without its path. */
export function withoutPath(as: string, comparedWith: string): Judge {
  return (timeline) => {
    const first = pathOf(timeline, comparedWith).split('/')[0]
    for (const name of SOCKET_EVENTS) {
      const twin = webhooksOf(timeline, comparedWith, name)[0]
      const configured = twin && splitTarget(twin, first)?.prefix
      if (configured === undefined) return inconclusive(`no ${name} about ${comparedWith}`)
      const webhook = webhooksOf(timeline, as, name)[0]
      if (!webhook) return fail(`${name} at the configured URL`, `no ${name} of ${as}`)
      const target = webhook.event.path
      if (target !== configured && `${target}/` !== configured) {
        return fail(`${configured} without a path`, show(target), webhook.event)
      }
    }
    return PASS
  }
}

/** The role has no path, and its three events say so. */
export function emptyPath(as: string): Judge {
  return (timeline) => {
    for (const name of SOCKET_EVENTS) {
      const webhook = webhooksOf(timeline, as, name)[0]
      if (webhook?.fields.path !== '') {
        return fail(`${name} with an empty path`, show(webhook?.fields.path), webhook?.event)
      }
    }
    return PASS
  }
}

/** The role's events have exactly these ends of their raw targets. */
export function sentTo(as: string, ends: Readonly<Record<string, string>>): Judge {
  return (timeline) => {
    for (const [name, end] of Object.entries(ends)) {
      const webhook = webhooksOf(timeline, as, name)[0]
      if (!webhook?.event.path.endsWith(end)) {
        return fail(`${name} sent to ...${end}`, show(webhook?.event.path), webhook?.event)
      }
    }
    return PASS
  }
}

/** The role's events went to these URLs, and a slash and its path behind them. */
export function joinedTo(as: string, urls: Readonly<Record<string, string>>): Judge {
  return (timeline) => {
    const first = pathOf(timeline, as).split('/')[0]
    for (const [name, url] of Object.entries(urls)) {
      const webhook = webhooksOf(timeline, as, name)[0]
      const prefix = webhook && splitTarget(webhook, first)?.prefix
      if (!prefix?.endsWith(`${url}/`)) {
        const expected = `${name} sent to ...${url}/ and its path`
        return fail(expected, show(webhook?.event.path), webhook?.event)
      }
    }
    return PASS
  }
}

function eventsOfPath(timeline: Timeline, as: string): ReadWebhook[] {
  return webhooksOf(timeline, as).filter(({ fields }) =>
    SOCKET_EVENTS.some((name) => name === fields.event),
  )
}

/** What stands before the first segment of the path, and the raw segments from it on. */
function splitTarget(
  { event }: ReadWebhook,
  first: string | undefined,
): { prefix: string; rest: string[] } | undefined {
  const segments = event.path.split('/')
  const at = segments.findIndex((segment) => decodeOnce(segment) === first)
  if (at < 0) return undefined
  return { prefix: `${segments.slice(0, at).join('/')}/`, rest: segments.slice(at) }
}

function decodeOnce(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function encode(segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/')
}
