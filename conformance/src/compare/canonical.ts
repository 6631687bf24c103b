/** Takes out of a timeline what may differ between two runs of one service; what is left can be compared between two services. */

import type { AnswerEvent, TimelineEvent } from '../timeline/event.ts'
import { eventsOf, readForm, readObject, type Timeline } from '../timeline/timeline.ts'
import type { Unshared } from './of-profile.ts'

/** What a service did towards one role: the shape of it, once, however often and whenever it did so. */
export interface Deed {
  readonly as: string
  /** What was done, such as `answer`, `frame welcome` or `webhook connected`. */
  readonly act: string
  /** Status, media type and code of a problem, or close code and reason; empty where there is none. */
  readonly outcome: string
  /** Headers, the members of bodies and the words of closed vocabularies, never a value that was made up. */
  readonly shape: string
  /** The first event that it stands for. */
  readonly n: number
}

/** Headers of answers that the protocol or a cache gives a meaning. */
const HEADERS = [
  'access-control-allow-origin',
  'allow',
  'cache-control',
  'retry-after',
  'www-authenticate',
] as const

/** Members whose words are a closed vocabulary of the protocol. */
const WORDS = new Set(['type', 'reason', 'event', 'status', 'code', 'slug'])
/** Members that describe one service and no behaviour. */
const OWN = new Set(['implementation', 'limits', 'timings', 'profiles'])

/** The deeds of a service in a timeline, in the order in which each was first seen, without what is not shared. */
export function deedsOf(timeline: Timeline, unshared: Unshared): Deed[] {
  const seen = new Map<string, Deed>()
  const asked = eventsOf(timeline, 'request')
    .map(({ body }) => body)
    .join('\n')
  for (const event of timeline.events) {
    const deed = describe(event, asked, unshared)
    if (!deed || unshared.hasAct(deed.act)) continue
    const key = JSON.stringify([event.as, deed])
    if (!seen.has(key)) seen.set(key, { as: event.as, ...deed, n: event.n })
  }
  return [...seen.values()]
}

function describe(
  event: TimelineEvent,
  asked: string,
  unshared: Unshared,
): Omit<Deed, 'as' | 'n'> | undefined {
  switch (event.kind) {
    case 'answer':
      return {
        act: 'answer',
        outcome: outcomeOf(event),
        shape: shapeOfAnswer(event, unshared),
      }
    case 'open':
      return { act: 'open', outcome: event.subprotocol, shape: '' }
    case 'close':
      return { act: 'close', outcome: `${event.code} ${event.reason}`.trimEnd(), shape: '' }
    case 'webhook': {
      const fields = readForm(event.body)
      const shape = `${event.method} ${mediaType(event.headers['content-type'])} ${shapeOf(fields, unshared)}`
      return { act: `webhook ${fields.event ?? ''}`.trimEnd(), outcome: '', shape }
    }
    case 'frame': {
      const kind = event.event ? `event ${event.event.name}` : 'frame'
      if (event.type !== 'text') return { act: `${kind} ${event.type}`, outcome: '', shape: '' }
      const envelope = readJson(event.text) as { type?: unknown; data?: unknown } | undefined
      const type = typeof envelope?.type === 'string' ? ` ${envelope.type}` : ''
      // What other checks broadcast meanwhile is no doing of this one.
      if (type === ' broadcast' && !asked.includes(JSON.stringify(envelope?.data))) return undefined
      return {
        act: `${kind}${type}`,
        outcome: '',
        shape: shapeOf(envelope ?? event.text, unshared),
      }
    }
    default:
      return undefined
  }
}

function outcomeOf({ status, headers, body }: AnswerEvent): string {
  const type = mediaType(headers['content-type'])
  const code = type.endsWith('problem+json') ? readObject(body)?.code : undefined
  return [status, type, code].filter((part) => part !== '' && part !== undefined).join(' ')
}

function shapeOfAnswer({ headers, body }: AnswerEvent, unshared: Unshared): string {
  const said = HEADERS.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [`${name}: ${shapeOfHeader(name, value)}`]
  })
  const shape = body === '' ? 'no body' : shapeOf(readJson(body) ?? body, unshared)
  return [...said, shape].join(', ')
}

function mediaType(header = ''): string {
  return header.split(';')[0]?.trim().toLowerCase() ?? ''
}

function shapeOfHeader(name: string, value: string): string {
  if (name === 'retry-after') return /^\d+$/.test(value) ? 'seconds' : 'a date'
  const parts = value.toLowerCase().split(',')
  return parts
    .map((part) => part.trim())
    .sort()
    .join(' ')
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Members in the order of their names, each with its type, or its word where it is one of the protocol. */
function shapeOf(value: unknown, unshared: Unshared, name = ''): string {
  if (OWN.has(name)) return 'its own'
  if (WORDS.has(name) && typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value))
    return `[${[...new Set(value.map((one) => shapeOf(one, unshared)))].sort().join(' | ')}]`
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object') return typeof value === 'string' ? 'text' : typeof value
  const members = Object.entries(value)
    .filter(([key]) => !unshared.hasMember(key))
    .map(([key, member]) => `${key}: ${shapeOf(member, unshared, key)}`)
    .sort()
  return `{${members.join(', ')}}`
}
