/** The client of the example: it alone knows how a stream is read and how it is continued where it ended. */
import type {
  CloseEnvelope,
  MessageEnvelope,
  ReconnectEnvelope,
  WelcomeEnvelope,
} from '@channel-protocol/schemas/types'
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream'
import { makeComeback } from './coming-back.ts'

/** What opens a stream. */
export interface Ticket {
  token: string
  /** The connect URL, of `http` or `https`. */
  url: string
  /** Where the client id stood when the token was minted. */
  cursor: string
}

/** What a reader is told, and whom it tells. */
export interface ReaderParts {
  /** Fetches a fresh token. */
  mint(): Promise<Ticket>
  /** Called each time that a stream ended and the client comes back: why, as `4201 max-lifetime` or `lost`. */
  onEnd(why: string): void
}

const STREAM = { Accept: 'text/event-stream' }

/**
 * The data of every message from the first token on, each once and in order. Ends never: leave the loop.
 * Throws an Error where the service says stop, or no longer has what was missed.
 */
export async function* readMessages(parts: ReaderParts): AsyncGenerator<string> {
  const comeBack = makeComeback()
  let ticket = await parts.mint()
  const { cursor } = ticket
  let lastEventId = ''
  for (;;) {
    let close: CloseEnvelope | undefined
    let welcomedAtMs: number | undefined
    let afterSeconds = 0
    const authorization = { Authorization: `Bearer ${ticket.token}` }
    const url = new URL(ticket.url)
    // Before the first event the client stands where its first token was minted.
    if (lastEventId === '') url.searchParams.append('after', cursor)
    const headers = { ...STREAM, ...authorization, 'Last-Event-ID': lastEventId }
    for await (const { id, event, data } of readEvents(url, headers)) {
      lastEventId = id ?? lastEventId
      if (event === 'welcome') {
        demandResumed(JSON.parse(data) as WelcomeEnvelope)
        welcomedAtMs = Date.now()
      }
      if (event === 'message') yield (JSON.parse(data) as MessageEnvelope).data
      if (event === 'reconnect')
        afterSeconds = (JSON.parse(data) as ReconnectEnvelope).after_seconds
      if (event === 'close') close = JSON.parse(data) as CloseEnvelope
    }
    parts.onEnd(close ? `${close.code} ${close.reason}` : 'lost')
    const welcomedMs = welcomedAtMs === undefined ? undefined : Date.now() - welcomedAtMs
    if (await comeBack({ code: close?.code, welcomedMs, afterSeconds })) ticket = await parts.mint()
  }
}

/** The events of one answer, to its end or its loss. */
async function* readEvents(
  url: URL,
  headers: Record<string, string>,
): AsyncGenerator<EventSourceMessage> {
  const answer = await fetch(url, { headers }).catch(() => undefined)
  if (answer?.status === 204) throw new Error('the service said stop')
  if (answer?.status !== 200 || !answer.body) return
  const events = answer.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  for (;;) {
    // A stream that breaks off and one that is ended differ only in the close event.
    const { value } = await events.read().catch(() => ({ value: undefined }))
    if (value === undefined) return
    yield value
  }
}

function demandResumed({ resumed }: WelcomeEnvelope): void {
  if (!resumed) throw new Error('the service no longer has what was missed')
}
