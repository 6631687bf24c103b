/** Puts the events of a timeline into lines that a person reads. */

import type { TimelineEvent } from '../timeline/event.ts'
import type { Timeline } from '../timeline/timeline.ts'

const WIDTH = 150

/** The lines around what matters: every event of the offender's role and the last of the others, the offender marked. */
export function renderTranscript(
  timeline: Timeline,
  offender: number | undefined,
  most = 12,
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
    lines.push(
      `${event.n === offender ? ' >>' : '   '}${at}  ${event.as.padEnd(8)} ${renderEvent(event)}`,
    )
  }
  if (skipped > 0) lines.push(`      ... ${skipped} more`)
  return lines
}

function rank(event: TimelineEvent, marked: TimelineEvent | undefined): number {
  if (!marked) return 0
  if (event.n === marked.n) return 0
  return event.as === marked.as ? 1 + Math.abs(event.n - marked.n) / 1e6 : 2
}

/** One event in one line. */
export function renderEvent(event: TimelineEvent): string {
  const line = describe(event).replace(/\s+/g, ' ')
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line
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
      return `<-- ${event.type} ${event.text}`
    case 'sent':
      return `--> ${event.what}`
    case 'close':
      return `<-- ${event.code === 1006 ? 'end without a Close frame (1006)' : `Close ${event.code} ${event.reason}`}`
    case 'end':
      return '<-- end of the TCP connection'
    case 'webhook':
      return `<== webhook ${event.method} ${event.path} ${event.headers['webhook-id'] ?? ''} ${event.body}`
    case 'webhook-answer':
      return `==> webhook #${event.to} answered ${event.status}`
    case 'instance':
      return `*** instance ${event.what}`
    case 'note':
      return `*** ${event.what}`
  }
}
