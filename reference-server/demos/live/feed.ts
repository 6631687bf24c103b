/** What is on its way to those who look at the live view; it alone knows how much of it, and who looks. */
import { makePresenceBook, type Webhook } from '@channel-protocol/reference-server/application'
import type { Clock } from '../push-chat/clock.ts'
import type { Complain } from '../push-chat/parts.ts'
import type { Exchange } from './kinds.ts'

const gatherMs = 100
const mostGathered = 80
const mostRecent = 40
const mostViewers = 50

/** An exchange and its number, which grows, over restarts too. */
export interface NumberedExchange extends Exchange {
  readonly n: number
}

/** One text of the feed: what happened since the one before, and the state of the bench where it changed. */
export interface FeedText {
  /** In the order of their numbers; a viewer that was away may have had some of them before. */
  exchanges?: readonly NumberedExchange[]
  /** How many exchanges were left out because there were too many at once. */
  skipped?: number
  bench?: unknown
}

/** What a feed needs. */
export interface FeedParts {
  /** Sends text to one viewer. */
  send(clientId: string, text: string): Promise<unknown>
  /** What a newcomer is told beside the newest exchanges; nothing where there is no bench. */
  describeBench(): unknown
  clock: Clock
  complain: Complain
}

/** Tells the viewers what happens. */
export interface Feed {
  /** Takes what happened; it is sent with others within about 100 ms, and dropped where nobody looks. */
  emit(exchange: Exchange): void
  /** Sends the state of the bench to every viewer. */
  tellBench(): void
  /** Whether as many look as are told, so that nobody else would be. */
  isFull(): boolean
  /** Takes a webhook about a viewer. */
  take(webhook: Webhook): void
  stop(): void
}

/** Makes a feed without viewers. */
export function makeFeed({ send, describeBench, clock, complain }: FeedParts): Feed {
  const book = makePresenceBook()
  const recent: NumberedExchange[] = []
  let gathered: NumberedExchange[] = []
  let n = clock.nowMs() * 1000
  let skipped = 0
  let isBenchNew = false
  let cancel: (() => void) | undefined
  let sending = Promise.resolve()
  let inFlight = 0

  function post(receivers: readonly string[], text: FeedText): void {
    const written = JSON.stringify(text)
    inFlight += 1
    // One after the other, so that what happened first arrives first.
    sending = sending.then(async () => {
      const sent = await Promise.allSettled(receivers.map((clientId) => send(clientId, written)))
      const failed = sent.find((result) => result.status === 'rejected')
      if (failed) complain('the live view could not be told', failed.reason)
      inFlight -= 1
    })
  }

  function flush(): void {
    cancel = undefined
    // Where the service is slow, more is gathered, and in the end left out.
    if (inFlight > 0) {
      gather()
      return
    }
    const text: FeedText = {
      exchanges: gathered,
      ...(skipped > 0 ? { skipped } : {}),
      ...(isBenchNew ? { bench: describeBench() } : {}),
    }
    gathered = []
    skipped = 0
    isBenchNew = false
    const viewers = book.online().slice(0, mostViewers)
    if (viewers.length > 0) post(viewers, text)
  }

  function gather(): void {
    if (book.online().length > 0) cancel ??= clock.after(gatherMs, flush)
  }

  return {
    emit(happened) {
      n += 1
      const exchange = { ...happened, n }
      recent.push(exchange)
      if (recent.length > mostRecent) recent.shift()
      if (book.online().length === 0) return
      gathered.push(exchange)
      if (gathered.length > mostGathered) {
        gathered.shift()
        skipped += 1
      }
      gather()
    },
    tellBench() {
      isBenchNew = true
      gather()
    },
    isFull: () => book.online().length >= mostViewers,
    take(webhook) {
      if (webhook.event === 'started') book.started(webhook.epoch)
      if (webhook.event === 'disconnected') book.note(webhook)
      if (webhook.event !== 'connected') return
      const wasOnline = book.isOnline(webhook.clientId)
      if (!book.note(webhook) || wasOnline) return
      const isKnown = new Set(gathered)
      const past = recent.filter((exchange) => !isKnown.has(exchange))
      post([webhook.clientId], { exchanges: past, bench: describeBench() })
    },
    stop() {
      cancel?.()
    },
  }
}
