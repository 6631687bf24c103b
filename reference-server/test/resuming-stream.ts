/** The event stream as a transport of a client that comes back; it alone knows the id of the event that came last. */
import { createParser } from 'eventsource-parser'
import type { Arrived, Hearing, Transport } from './resuming-client.ts'

/** A transport for one client: its first stream begins at the cursors, each later one at the last id that was heard. */
export function makeEventStreamTransport(): Transport {
  let lastEventId: string | undefined

  return ({ connectUrl, token, after, afterBroadcast }, hearing: Hearing) => {
    const abort = new AbortController()
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (abort.signal.aborted) return
        lastEventId = id ?? lastEventId
        hearing.onEnvelope(JSON.parse(data) as Arrived)
      },
    })
    const cursors = new URLSearchParams({ after, after_broadcast: afterBroadcast })
    const url = connectUrl.replace(/^ws/, 'http')
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
    const answer =
      lastEventId === undefined
        ? fetch(`${url}?${cursors}`, { headers, signal: abort.signal })
        : fetch(url, {
            headers: { ...headers, 'last-event-id': lastEventId },
            signal: abort.signal,
          })
    const readAll = async (): Promise<void> => {
      const decoder = new TextDecoder()
      for await (const chunk of (await answer).body ?? [])
        parser.feed(decoder.decode(chunk, { stream: true }))
    }
    // A stream that breaks off is over, as one that ends is.
    void readAll().then(hearing.onEnd, hearing.onEnd)
    return () => abort.abort()
  }
}
