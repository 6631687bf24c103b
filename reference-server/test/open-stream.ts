/** An event stream as a test sees it, read by a kept parser. */
import { createParser } from 'eventsource-parser'

type Json = Record<string, unknown>

/** One event. */
export interface TestEvent {
  event: string | undefined
  id: string | undefined
  /** Its data, which is JSON on every event of ours. */
  envelope: Json
}

/** One request for a stream, and what came of it. */
export interface TestStream {
  answer: Response
  /** The next event that was not taken yet; nothing after the end. */
  next(): Promise<TestEvent | undefined>
  /** Everything that was not taken yet, to the end of the answer. */
  rest(): Promise<TestEvent[]>
  /** Ends the request, as a client does that goes away; what has arrived can still be taken. */
  drop(): void
}

/** Asks for a stream; `query` begins with `?` where it is not empty. */
export async function openStream(
  baseUrl: string,
  headers: Record<string, string>,
  query = '',
): Promise<TestStream> {
  const abort = new AbortController()
  const answer = await fetch(`${baseUrl}/v1/connect${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  })
  const arrived: TestEvent[] = []
  const waiting: ((event: TestEvent | undefined) => void)[] = []
  let ended = false
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const read = { event, id, envelope: JSON.parse(data) as Json }
      const taker = waiting.shift()
      if (taker) taker(read)
      else arrived.push(read)
    },
  })
  const readAll = async (): Promise<void> => {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body ?? [])
        parser.feed(decoder.decode(chunk, { stream: true }))
    } catch {
      // A stream that was dropped or lost ends here as one that was ended does.
    }
    ended = true
    for (const taker of waiting.splice(0)) taker(undefined)
  }
  void readAll()

  const next: TestStream['next'] = () => {
    const event = arrived.shift()
    if (event || ended) return Promise.resolve(event)
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    answer,
    next,
    rest: async () => {
      const events: TestEvent[] = []
      for (let event = await next(); event; event = await next()) events.push(event)
      return events
    },
    drop: () => abort.abort(),
  }
}
