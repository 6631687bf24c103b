/** The event stream of a channel: it alone knows how one is asked for, read, and found not to be offered. */
import { readEnvelope } from './envelopes.ts'
import { makeEventParser } from './event-parser.ts'
import type { Address, End, Hearing, OpenLink } from './link.ts'

const lost: End = { code: 1006, reason: '' }
const stopped: End = { code: 1000, reason: '' }

/** Statuses that tell of a bad moment and not of a service without event streams. */
function isPassing(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501)
}

function makeRequest({ token, lastEventId }: Address, signal: AbortSignal): RequestInit {
  return {
    headers: {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${token}`,
      ...(lastEventId ? { 'Last-Event-ID': lastEventId } : {}),
    },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal,
  }
}

/** Reads a stream to its end, and answers with what its `close` event said. */
async function readStream(body: ReadableStream<Uint8Array>, hearing: Hearing): Promise<End> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let end: End | undefined
  const parse = makeEventParser(({ data, lastEventId }) => {
    if (end) return
    hearing.onOpen()
    const envelope = readEnvelope(data)
    if (envelope?.type === 'close') end = { code: envelope.code, reason: String(envelope.reason) }
    else hearing.onText(data, lastEventId)
  })
  while (!end) {
    const { done, value } = await reader.read()
    if (done) break
    parse(decoder.decode(value, { stream: true }))
  }
  return end ?? lost
}

async function readAnswer(answer: Response, hearing: Hearing): Promise<End> {
  const { status, headers, body } = answer
  if (status === 204) return stopped
  if (status === 200 && body && headers.get('content-type')?.startsWith('text/event-stream'))
    return readStream(body, hearing)
  return { ...lost, isRefused: !isPassing(status) }
}

/** Opens a stream with `fetch`; what ends it, but its `close` event and 204, counts as 1006. */
export const openEventStream: OpenLink = (address, surroundings, hearing) => {
  const aborter = new AbortController()
  let isOver = false
  function end(how: End): void {
    if (isOver) return
    isOver = true
    aborter.abort()
    hearing.onEnd(how)
  }
  const heard: Hearing = {
    onOpen: () => isOver || hearing.onOpen(),
    onText: (text, eventId) => isOver || hearing.onText(text, eventId),
    onEnd: end,
  }
  surroundings
    .fetch(address.url.replace(/^ws/, 'http'), makeRequest(address, aborter.signal))
    .then((answer) => readAnswer(answer, heard))
    .then(end, () => end(lost))
  return {
    close: () => end(stopped),
    abandon: () => {
      isOver = true
      aborter.abort()
    },
  }
}
