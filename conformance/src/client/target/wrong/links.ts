/** The two ways in which the suite's own small client connects. */

import { createParser } from 'eventsource-parser'

const GOODBYE = 1000

/** What a connection tells its client. */
export interface Hearing {
  open(): void
  text(text: string): void
  binary(): void
  /** It is over, once; 1006 without a code. */
  end(code: number, wasOpen: boolean): void
}

/** A connection, open or about to be. */
export interface Link {
  close(code?: number): void
}

export function openWebSocket(
  url: string,
  protocols: readonly string[],
  hearing: Hearing,
  awaitsOpening: boolean,
): Link {
  const socket = new WebSocket(url, [...protocols])
  let wasOpen = false
  let closing: { readonly code?: number } | undefined
  const close = (code?: number): void => (code === undefined ? socket.close() : socket.close(code))
  socket.onopen = () => {
    wasOpen = true
    if (closing) close(closing.code)
    else hearing.open()
  }
  socket.onmessage = ({ data }) =>
    typeof data === 'string' ? hearing.text(data) : hearing.binary()
  socket.onclose = ({ code }) => hearing.end(code, wasOpen)
  return {
    close(code) {
      closing = code === undefined ? {} : { code }
      if (wasOpen || code !== GOODBYE || !awaitsOpening) close(code)
    },
  }
}

/** How a client asks for a stream and reads it. */
export interface StreamReading {
  readonly authorization: string | undefined
  text(text: string): string
  end(code: number): number
}

export function openStream(url: string, reading: StreamReading, hearing: Hearing): Link {
  const { authorization } = reading
  const ending = new AbortController()
  void read()
  return { close: () => ending.abort() }

  async function read(): Promise<void> {
    let code = 1006
    try {
      const answer = await fetch(url.replace(/^ws/, 'http'), {
        headers: { accept: 'text/event-stream', ...(authorization && { authorization }) },
        signal: ending.signal,
      })
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === 'close')
            code = reading.end(Number((JSON.parse(data) as { code: unknown }).code))
          else hearing.text(data)
        },
      })
      hearing.open()
      const decoder = new TextDecoder()
      for await (const chunk of answer.body ?? [])
        parser.feed(reading.text(decoder.decode(chunk, { stream: true })))
    } catch {
      // The end below says all that there is to say.
    }
    hearing.end(code, true)
  }
}
