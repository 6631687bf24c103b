/** Opens event streams to the target as a script with `fetch` does, and records every event. */

import { createParser } from 'eventsource-parser'
import { Client } from 'undici'
import type { CloseEvent, FrameEvent, Headers } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { isStream, readObject } from '../timeline/timeline.ts'
import type { Grease } from './grease.ts'
import { describe, flatten } from './http.ts'
import { awaitEnvelopes, type Reader } from './reader.ts'
import { makeGrowing } from './waiting.ts'

/** An event stream of the suite, open, ended or refused. */
export interface EventStream extends Reader {
  /** The id of the newest event that had one, as a client keeps it; undefined before the first. */
  lastId(): string | undefined
}

/** What a stream is asked for with. */
export interface StreamOpening {
  /** With `http` or `https`. */
  readonly url: string
  /** Values of `Authorization`, each in a header of its own. */
  readonly authorizations: readonly string[]
  readonly headers: Headers
  readonly patienceMs: number
  readonly grease?: Grease
}

/** The type of an event that names none, as the HTML standard has it. */
const UNNAMED = 'message'

/**
 * Asks for a stream; resolves when its head has come, or it was refused, or the transport failed, and records which.
 * A `close` event is recorded as the close of the connection besides, and the end of the answer as its end.
 */
export async function openEventStream(
  recorder: Recorder,
  as: string,
  { url, authorizations, headers, patienceMs, grease }: StreamOpening,
): Promise<EventStream> {
  const frames = makeGrowing<FrameEvent>(recorder.clock)
  const closes = makeGrowing<CloseEvent>(recorder.clock)
  const overs = makeGrowing<true>(recorder.clock)
  const { origin, pathname, search } = new URL(url)
  // A client of its own, so that no stream waits for another's connection.
  const client = new Client(origin, {
    connect: grease?.connector(patienceMs * 2) ?? { timeout: patienceMs * 2 },
    headersTimeout: patienceMs * 2,
    bodyTimeout: 0,
  })
  let lastId: string | undefined
  let isOver = false
  let isDropped = false

  const close = (code: number, reason: string): void => {
    if (closes.entries.length > 0) return
    closes.add(recorder.record({ kind: 'close', as, code, reason }) as CloseEvent)
  }
  const settle = (): void => {
    isOver = true
    frames.end()
    closes.end()
    overs.add(true)
    overs.end()
    client.destroy().catch(() => {})
  }
  const over = (error?: unknown): void => {
    if (isOver) return
    if (error && !isDropped) recorder.record({ kind: 'failure', as, what: describe(error) })
    if (!isDropped) recorder.record({ kind: 'end', as })
    close(1006, '')
    settle()
  }
  const took = (name: string, id: string | undefined, text: string): void => {
    if (isOver) return
    frames.add(
      recorder.record({ kind: 'frame', as, type: 'text', text, event: { name, id } }) as FrameEvent,
    )
    if (name !== 'close') return
    const { code, reason } = readObject(text) ?? {}
    if (typeof code === 'number') close(code, String(reason))
  }

  recorder.record({
    kind: 'request',
    as,
    method: 'GET',
    url,
    headers: { ...headers, authorization: authorizations.join(', ') },
    body: '',
  })
  let body: Awaited<ReturnType<Client['request']>>['body'] | undefined
  try {
    const answer = await recorder.clock.during(
      client.request({
        method: 'GET',
        path: `${pathname}${search}`,
        headers: [
          ...Object.entries(headers).flatMap(([name, value]) => [name, inBytes(value)]),
          ...authorizations.flatMap((value) => ['authorization', inBytes(value)]),
        ],
      }),
    )
    const got = { status: answer.statusCode, headers: flatten(answer.headers) }
    if (isStream(got)) {
      recorder.record({ kind: 'answer', as, ...got, body: '' })
      body = answer.body
    } else {
      const text = (await recorder.clock.within(answer.body.text(), patienceMs)) ?? ''
      recorder.record({ kind: 'answer', as, ...got, body: text })
      settle()
    }
  } catch (error) {
    recorder.record({ kind: 'failure', as, what: describe(error) })
    settle()
  }
  if (body) {
    const decoder = new TextDecoder()
    const parser = createParser({
      onId: (id) => {
        lastId = id
      },
      onEvent: ({ event, id, data }) => took(event || UNNAMED, id, data),
    })
    body.on('data', (chunk: Buffer) => {
      recorder.clock.stir()
      parser.feed(decoder.decode(chunk, { stream: true }))
    })
    body.on('end', () => over())
    body.on('error', over)
  }

  return {
    frames,
    ...awaitEnvelopes(frames, patienceMs),
    lastId: () => lastId,
    async ended(ms = patienceMs) {
      const end = await closes.find(() => true, ms)
      if (end) await overs.find(() => true, patienceMs)
      return end
    },
    drop() {
      if (isOver) return
      isDropped = true
      recorder.record({ kind: 'sent', as, what: 'the end of the request' })
      over()
    },
    pause: () => body?.pause(),
    resume: () => body?.resume(),
  }
}

/** One character for each byte, as HTTP libraries want a header that is not ASCII. */
function inBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}
