/** Puts the events of a timeline into lines that a person reads. */

import type { TimelineEvent } from '../timeline/event.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { printable } from './printable.ts'
import { MISSED } from './sequence.ts'

/** What is marked where nothing that happened offends, but something that did not. */
export const NEVER_CAME = ` >> ${MISSED}`

/** Longest description of one event, in UTF-16 code units. */
const WIDTH = 150

/** What stands before a description, mark, time and role, where the role is short. */
const HEAD = 21

/**
 * At most `most` events, one a line of at most `width` UTF-16 code units, and how many were left out between them. The
 * offender is marked with `>>`; of the others those of its role that are nearest to it come first, then the last.
 * Without an offender: the last.
 */
export function renderTranscript(
  timeline: Timeline,
  offender: number | undefined,
  most = 12,
  width = WIDTH + HEAD,
): string[] {
  const { events } = timeline
  const startMs = events[0]?.atMs ?? 0
  const marked = events.find(({ n }) => n === offender)
  const ranked = [...events].sort((a, b) => rank(a, marked) - rank(b, marked) || b.n - a.n)
  const chosen = new Set(ranked.slice(0, most).map(({ n }) => n))
  const lines: string[] = []
  let skipped = 0
  for (const event of events) {
    if (!chosen.has(event.n)) {
      skipped += 1
      continue
    }
    if (skipped > 0) lines.push(`      ... ${skipped} more`)
    skipped = 0
    const at = ((event.atMs - startMs) / 1000).toFixed(3).padStart(7)
    const head = `${event.n === offender ? ' >>' : '   '}${at}  ${printable(event.as, 24).padEnd(8)} `
    lines.push(`${head}${printable(describe(event), Math.min(WIDTH, width - head.length))}`)
  }
  if (skipped > 0) lines.push(`      ... ${skipped} more`)
  return lines
}

function rank(event: TimelineEvent, marked: TimelineEvent | undefined): number {
  if (!marked) return 0
  if (event.n === marked.n) return 0
  return event.as === marked.as ? 1 + Math.abs(event.n - marked.n) / 1e6 : 2
}

function describe(event: TimelineEvent): string {
  switch (event.kind) {
    case 'request':
      return `--> ${event.method} ${event.url}${event.headers.upgrade ? ` (upgrade, offers ${event.headers['sec-websocket-protocol'] ?? 'nothing'})` : ''} ${event.body}`
    case 'answer':
      return `<-- ${event.status} ${event.body}`
    case 'failure':
      return `<-- no answer: ${event.what}`
    case 'open':
      return `<-- 101 open, subprotocol ${event.subprotocol || '(none)'}`
    case 'frame':
      return event.event
        ? `<-- event ${event.event.name}${event.event.id === undefined ? '' : ` (id ${event.event.id})`} ${event.text}`
        : `<-- ${event.type} ${event.text}`
    case 'sent':
      return `--> ${event.what}`
    case 'close':
      return `<-- ${event.code === 1006 ? 'end without a Close frame (1006)' : `Close ${event.code} ${event.reason}`}`
    case 'end':
      return '<-- end of the TCP connection'
    case 'webhook':
      return `<== webhook #${event.n} ${event.method} ${event.path} ${event.headers['webhook-id'] ?? ''} ${event.body}`
    case 'webhook-answer':
      return `==> webhook #${event.to} ${typeof event.status === 'number' ? `answered ${event.status}` : event.status}`
    case 'instance':
      return `*** instance ${event.what}`
    case 'token-request':
      return `==> the callback is asked for a token: ${event.status}`
    case 'attempt':
      return `==> ${event.transport === 'stream' ? 'asks for an event stream' : 'WebSocket'} ${event.url} ${event.headers['last-event-id'] ?? ''}`
    case 'told':
      return `==> tells its page: ${event.what} ${JSON.stringify(event.members)}`
    case 'page':
      return `*** page at ${event.seconds.toFixed(3)} s: ${event.what} ${JSON.stringify(event.members)}`
    case 'note':
      return `*** ${event.what}`
  }
}
