/** The record of one check's run, and the questions that judges ask it. */

import type { AnswerEvent, CloseEvent, FrameEvent, TimelineEvent, WebhookEvent } from './event.ts'

/** What was advertised, as judges need it: limits and timings with the registry's defaults where nothing was. */
export interface Advertised {
  readonly baseUrl: string
  readonly profiles: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  readonly timings: Readonly<Record<string, number | readonly number[]>>
  readonly testTimings: boolean
  readonly origins: string
  /** Webhook secrets that the target was given. */
  readonly webhookSecrets: readonly string[]
}

/** A finished recording; plain data, so that a saved run can be judged again. */
export interface Timeline {
  readonly advertised: Advertised
  readonly events: readonly TimelineEvent[]
}

/** The single seconds value of an advertised timing. */
export function seconds(advertised: Advertised, name: string): number {
  const value = advertised.timings[name]
  return typeof value === 'number' ? value : Number.NaN
}

/** The events of one kind, of one role where `as` is given. */
export function eventsOf<K extends TimelineEvent['kind']>(
  timeline: Timeline,
  kind: K,
  as?: string,
): Extract<TimelineEvent, { kind: K }>[] {
  return timeline.events.filter(
    (event): event is Extract<TimelineEvent, { kind: K }> =>
      event.kind === kind && (as === undefined || event.as === as),
  )
}

/** The first answer given to a role. */
export function answerTo(timeline: Timeline, as: string): AnswerEvent | undefined {
  return eventsOf(timeline, 'answer', as)[0]
}

/** Whether an answer is an event stream, by what it says of itself. */
export function isStream({ status, headers }: Pick<AnswerEvent, 'status' | 'headers'>): boolean {
  return status === 200 && /^\s*text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '')
}

/** How the connection of a role ended. */
export function closeOf(timeline: Timeline, as: string): CloseEvent | undefined {
  return eventsOf(timeline, 'close', as)[0]
}

/** A text frame with the object that it holds. */
export interface ReadEnvelope {
  readonly event: FrameEvent
  readonly envelope: Readonly<Record<string, unknown>>
}

/** The JSON objects that arrived on the connection of a role, in order, of one `type` where given. */
export function envelopesOf(timeline: Timeline, as: string, type?: string): ReadEnvelope[] {
  return eventsOf(timeline, 'frame', as).flatMap((event) => {
    const envelope = event.type === 'text' ? readObject(event.text) : undefined
    return envelope && (type === undefined || envelope.type === type) ? [{ event, envelope }] : []
  })
}

/** A webhook attempt with its decoded fields. */
export interface ReadWebhook {
  readonly event: WebhookEvent
  readonly fields: Readonly<Record<string, string>>
}

/** The webhook attempts that belong to a role, in order of arrival, of one event name where given. */
export function webhooksOf(timeline: Timeline, as: string, name?: string): ReadWebhook[] {
  return eventsOf(timeline, 'webhook', as)
    .map((event) => ({ event, fields: readForm(event.body) }))
    .filter(({ fields }) => name === undefined || fields.event === name)
}

/**
 * The object in a JSON text, or undefined where it holds none. It is the same object for whoever asks of the same text
 * soon again, and nobody's to change.
 */
export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const known = recent.find(text)
  if (known) return known.object
  const object = parseObject(text)
  recent.keep(text, { object })
  return object
}

/** What was read of one text. */
interface Read {
  readonly object: Readonly<Record<string, unknown>> | undefined
}

/** Longest texts that are remembered together, in UTF-16 code units; twice as many at most are held. */
const MOST_REMEMBERED = 1_000_000

/** A drive, its judges and every invariant read the same texts: ten times each. */
const recent = rememberTexts()

/** Remembers what was asked for last, by the texts. */
function rememberTexts(): {
  find(text: string): Read | undefined
  keep(text: string, read: Read): void
} {
  let newer = new Map<string, Read>()
  let older = new Map<string, Read>()
  let length = 0
  const keep = (text: string, read: Read): void => {
    length += text.length
    if (length > MOST_REMEMBERED) {
      older = newer
      newer = new Map()
      length = text.length
    }
    newer.set(text, read)
  }
  return {
    find(text) {
      const read = newer.get(text)
      if (read) return read
      const early = older.get(text)
      if (early) keep(text, early)
      return early
    },
    keep,
  }
}

/** {@link readObject} for texts that nobody reads twice. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  // Most that is no JSON is empty or a page, and an error costs more than all else here.
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** The fields of a form body given one character per byte. */
export function readForm(body: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(Buffer.from(body, 'latin1').toString('utf8')))
}
