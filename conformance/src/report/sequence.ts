/** Reads what was seen as a sequence diagram: it alone knows who of client, service and application sent what to whom. */

import type { TimelineEvent } from '../timeline/event.ts'

/** Who takes part, from left to right. */
export const LANES = ['client', 'service', 'application'] as const

/** One of {@link LANES}. */
export type Lane = (typeof LANES)[number]

/** What stands at the end of a transcript in which what is expected does not appear. */
export const MISSED = 'here it ended, and what is expected had not come'

/** An arrow of a diagram, or, where it begins and ends in one lane, a remark. */
export interface Step {
  readonly from: Lane
  readonly to: Lane
  /** Milliseconds since the first event; absent where nobody measured. */
  readonly afterMs?: number
  /** The number of the event; absent of a transcript that is not of this run. */
  readonly n?: number
  /** The role that the check gave to it. */
  readonly as: string
  /** What was sent, on one line. */
  readonly label: string
  /** All that is known of it, in lines. */
  readonly full: string
}

/** The steps of a timeline. `judged` is the role of the target; the suite plays the others. */
export function readSteps(events: readonly TimelineEvent[], judged: Lane): Step[] {
  const startMs = events[0]?.atMs ?? 0
  const open = new Map<string, [Lane, Lane]>()
  return events.map((event) => {
    const [from, to] = directionOf(event, judged, open)
    const { label, more } = describeEvent(event)
    return {
      from,
      to,
      afterMs: event.atMs - startMs,
      n: event.n,
      as: event.as,
      label,
      full: [label, ...more].join('\n'),
    }
  })
}

/** Steps with a last one that says what never came; its `n` is that of no event. */
export function withMissed(steps: readonly Step[], judged: Lane): Step[] {
  const afterMs = steps.at(-1)?.afterMs
  const missed = { from: judged, to: judged, n: 0, as: '', label: MISSED, full: MISSED }
  return [...steps, { ...missed, ...(afterMs !== undefined && { afterMs }) }]
}

/** A direction; answers go the other way than the request of their role. */
function directionOf(
  event: TimelineEvent,
  judged: Lane,
  open: Map<string, [Lane, Lane]>,
): [Lane, Lane] {
  const isClient = judged === 'client'
  const back = (): [Lane, Lane] => {
    const [from, to] = open.get(event.as) ?? ['client', 'service']
    return [to, from]
  }
  switch (event.kind) {
    case 'request': {
      const direction = requestDirection(event, judged)
      open.set(event.as, direction)
      return direction
    }
    case 'answer':
    case 'failure':
      return back()
    case 'open':
      return ['service', 'client']
    case 'frame':
    case 'close':
    case 'end':
      return isClient ? ['client', 'service'] : ['service', 'client']
    case 'sent': {
      if (isClient) return ['service', 'client']
      const direction = open.get(event.as) ?? sentDirection(event.what)
      open.set(event.as, direction)
      return direction
    }
    case 'webhook':
      return ['service', 'application']
    case 'webhook-answer':
      return ['application', 'service']
    case 'token-request':
      return ['client', 'application']
    case 'attempt':
      return ['client', 'service']
    case 'told':
    case 'page':
      return ['client', 'client']
    default:
      return ['service', 'service']
  }
}

function requestDirection(
  { url, headers }: Extract<TimelineEvent, { kind: 'request' }>,
  judged: Lane,
): [Lane, Lane] {
  const path = pathOf(url)
  if (judged === 'application' && /\/_ah\/(?:channel\/\w+\/$|websocket\/)/.test(path))
    return ['service', 'application']
  const isPage =
    'upgrade' in headers ||
    'origin' in headers ||
    /text\/event-stream/.test(headers.accept ?? '') ||
    /\/v1\/(?:connect|socket\/)|\/_ah\/channel\/jsapi/.test(path)
  if (isPage) return ['client', 'service']
  if (judged === 'application' && !path.includes('/v1/')) return ['client', 'application']
  return ['application', 'service']
}

/** Bytes written over plain TCP; whoever opened the channel of a role before is its sender. */
function sentDirection(what: string): [Lane, Lane] {
  return /^(?:POST|PUT|PATCH|DELETE) |\/v1\/(?!connect|socket\/)/.test(what)
    ? ['application', 'service']
    : ['client', 'service']
}

/** The path and query of a URL, or the text where it is none. */
function pathOf(url: string): string {
  return url.replace(/^\w+:\/\/[^/?#]*/, '') || '/'
}

function describeEvent(event: TimelineEvent): { label: string; more: string[] } {
  switch (event.kind) {
    case 'request':
      return {
        label: `${event.method} ${pathOf(event.url)}${event.headers.upgrade ? ' (upgrade)' : ''} ${event.body}`,
        more: [event.url, ...linesOf(event.headers)],
      }
    case 'answer':
      return { label: `${event.status} ${event.body}`, more: linesOf(event.headers) }
    case 'failure':
      return { label: `no answer: ${event.what}`, more: [] }
    case 'open':
      return { label: `open, subprotocol ${event.subprotocol || '(none)'}`, more: [] }
    case 'frame': {
      const id = event.event?.id === undefined ? '' : ` (id ${event.event.id})`
      const name = event.event ? `event ${event.event.name}${id}` : event.type
      return { label: `${name} ${event.text}`, more: [] }
    }
    case 'sent':
      return { label: event.what, more: [] }
    case 'close':
      return {
        label:
          event.code === 1006 ? 'end without Close (1006)' : `Close ${event.code} ${event.reason}`,
        more: [],
      }
    case 'end':
      return { label: 'end of the TCP connection', more: [] }
    case 'webhook':
      return {
        label: `webhook ${event.method} ${event.path} ${event.body}`,
        more: linesOf(event.headers),
      }
    case 'webhook-answer':
      return { label: `${event.status} to webhook #${event.to}`, more: [] }
    case 'instance':
      return { label: `instance ${event.what}`, more: [] }
    case 'token-request':
      return { label: `asks for a token: ${event.status}`, more: [] }
    case 'attempt':
      return {
        label: `${event.transport === 'stream' ? 'event stream' : 'WebSocket'} ${pathOf(event.url)}`,
        more: [event.url, ...event.subprotocols, ...linesOf(event.headers)],
      }
    case 'told':
      return { label: `tells its page: ${event.what} ${JSON.stringify(event.members)}`, more: [] }
    case 'page':
      return {
        label: `page at ${event.seconds} s: ${event.what} ${JSON.stringify(event.members)}`,
        more: [],
      }
    case 'note':
      return { label: event.what, more: [] }
  }
}

function linesOf(headers: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)
}
