/** Sends HTTP requests to the target and records what was sent and what came back. */

import { Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { cut } from '../timeline/cut.ts'
import type { AnswerEvent, Headers } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import type { Grease } from './grease.ts'

/** One request. `body` is sent as it is. */
export interface Call {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body?: string | Buffer
  /** Sent in place of the body, in these chunks and without a Content-Length. */
  readonly chunks?: readonly Buffer[]
}

/** No answer of the protocol is larger; one without an end must not fill the memory. */
export const MOST_ANSWER_BYTES = 8 * 1024 * 1024

/** A service may close an idle connection, after `request_timeout_seconds` for one: a call must not meet that on its way. */
const IDLE_MS = 200
/** The same of a service that says how long it keeps one, which is then believed but for its last two seconds. */
const MOST_IDLE_MS = 1000
const IDLE_MARGIN_MS = 2000

/** The connections to one target; at most `timeoutMs` for each answer, and noise where there is to be some. */
export function makeHttp(timeoutMs: number, grease?: Grease): Http {
  const agent = new Agent({
    connections: 128,
    pipelining: 1,
    connect: grease?.connector(timeoutMs) ?? { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MOST_ANSWER_BYTES,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: MOST_IDLE_MS,
    keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
  })
  return {
    async send(recorder, as, call) {
      recorder.record({
        kind: 'request',
        as,
        method: call.method,
        url: call.url,
        headers: call.headers,
        body: shorten(call.body?.toString() ?? ''),
      })
      const exchange = startExchange(agent, call)
      const answered = exchange.answer.then(
        (answer) => recorder.record({ kind: 'answer', as, ...answer }) as AnswerEvent,
      )
      const { clock } = recorder
      try {
        const answer = await clock.during(clock.within(answered, timeoutMs * 2))
        if (!answer) exchange.abort(new Error('the answer took too long'))
        return answer
      } catch (error) {
        recorder.record({ kind: 'failure', as, what: describe(error) })
        return undefined
      }
    },
    ...(grease && { grease }),
    stop: () => agent.destroy(),
  }
}

/** See {@link makeHttp}. */
export interface Http {
  /** The answer, or undefined where the transport failed; both are recorded. */
  send(recorder: Recorder, as: string, call: Call): Promise<AnswerEvent | undefined>
  /** The noise of this run, where it has some. */
  readonly grease?: Grease
  stop(): Promise<void>
}

/** A request on its way. */
interface Exchange {
  /** Rejects where the transport failed, or the request was aborted. */
  readonly answer: Promise<Pick<AnswerEvent, 'status' | 'headers' | 'body'>>
  abort(reason: Error): void
}

/** By the dispatcher itself: a stream for each body, and a signal for each request, would cost as much again. */
function startExchange(agent: Dispatcher, call: Call): Exchange {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Awaited<Exchange['answer']>>()
  let controller: Dispatcher.DispatchController | undefined
  let aborted: Error | undefined
  let status = 0
  let headers: Headers = {}
  const chunks: Buffer[] = []
  try {
    const { origin, pathname, search } = new URL(call.url)
    agent.dispatch(
      {
        origin,
        path: `${pathname}${search}`,
        method: call.method as 'GET',
        headers: call.headers,
        body: call.chunks ? Readable.from(call.chunks) : (call.body ?? null),
      },
      {
        onRequestStart(started) {
          controller = started
          if (aborted) started.abort(aborted)
        },
        onResponseStart(_, code, fields) {
          status = code
          headers = flatten(fields)
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve({ status, headers, body: decode(Buffer.concat(chunks)) }),
        onResponseError: (_, error) => reject(error),
      },
    )
  } catch (error) {
    reject(error)
  }
  return {
    answer,
    abort(reason) {
      aborted = reason
      controller?.abort(reason)
    },
  }
}

const BYTE_ORDER_MARK = '\ufeff'

function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/** Joins repeated headers. */
export function flatten(headers: Record<string, string | string[] | undefined>): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

/** A transport error in one line. */
export function describe(error: unknown): string {
  const { code, message } = error as { code?: string | number; message?: string }
  // The number of a timeout says nothing to anybody.
  return [typeof code === 'string' && code, message || 'the connection failed']
    .filter(Boolean)
    .join(': ')
}

function shorten(body: string): string {
  return body.length > 100_000 ? `${cut(body, 200)} (${body.length} characters)` : body
}
