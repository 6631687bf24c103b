/** Sends many requests at once, one behind the other on a few TCP connections, and records every answer. */

import { connect } from 'node:net'
import type { Recorder } from '../timeline/recorder.ts'
import { describe } from './http.ts'
import { type RawAnswer, readAnswer } from './raw-answer.ts'
import { within } from './waiting.ts'

const CONNECTIONS = 8

/**
 * Resolves when every request is answered, or no more answers come within `timeoutMs`. Where a service ends a
 * connection after an answer, the rest of its requests go on connections of their own.
 */
export async function sendBurst(
  recorder: Recorder,
  as: string,
  url: URL,
  requests: readonly Buffer[],
  timeoutMs: number,
): Promise<void> {
  recorder.record({ kind: 'sent', as, what: `${requests.length} requests at once` })
  const shares = Array.from({ length: CONNECTIONS }, (_, start) =>
    requests.filter((_request, at) => at % CONNECTIONS === start),
  ).filter((share) => share.length > 0)
  const untilMs = Date.now() + timeoutMs
  await recorder.clock.during(
    Promise.all(shares.map((share) => sendShare(recorder, as, url, share, untilMs))),
  )
}

async function sendShare(
  recorder: Recorder,
  as: string,
  url: URL,
  share: readonly Buffer[],
  untilMs: number,
): Promise<void> {
  let answered = await sendOnConnection(recorder, as, url, share, untilMs)
  // What a service ends once, it ends each time: what waited behind the last answer was never read.
  for (let more = answered; more > 0 && answered < share.length; answered += more)
    more = await sendOnConnection(recorder, as, url, share.slice(answered, answered + 1), untilMs)
  if (answered === share.length) return
  const end = Date.now() < untilMs ? 'the connection ended' : 'the time was over'
  const what = `${answered} of ${share.length} requests were answered before ${end}`
  recorder.record({ kind: 'failure', as, what })
}

/** Sends requests on one connection; resolves with the number of answers to them. */
async function sendOnConnection(
  recorder: Recorder,
  as: string,
  url: URL,
  requests: readonly Buffer[],
  untilMs: number,
): Promise<number> {
  if (Date.now() >= untilMs) return 0
  const socket = connect({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
  })
  let rest = Buffer.alloc(0)
  let answered = 0
  const over = new Promise<void>((resolve) => {
    socket.on('error', (error) => {
      // A reset after an answer is how some end a connection on which more was sent.
      if (answered === 0) recorder.record({ kind: 'failure', as, what: describe(error) })
    })
    socket.on('close', () => resolve())
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (let taken = takeAnswer(rest); taken; taken = takeAnswer(rest)) {
        rest = taken.rest
        answered += 1
        recorder.record({ kind: 'answer', as, ...taken.answer })
      }
      if (answered >= requests.length) resolve()
    })
    socket.on('connect', () => socket.write(Buffer.concat(requests)))
  })
  await within(over, untilMs - Date.now())
  socket.destroy()
  return answered
}

/** The first whole answer in these bytes and what follows it. */
function takeAnswer(bytes: Buffer): { answer: RawAnswer; rest: Buffer<ArrayBuffer> } | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  const headers = head < 0 ? undefined : readAnswer(bytes)?.headers
  if (!headers) return undefined
  const chunked = headers['transfer-encoding'] === 'chunked'
  const last = chunked ? bytes.indexOf('\r\n0\r\n\r\n', head + 2) : -1
  const end = chunked ? last + 7 : head + 4 + Number(headers['content-length'] ?? 0)
  if ((chunked && last < 0) || !(end <= bytes.length)) return undefined
  const answer = readAnswer(bytes.subarray(0, end))
  return answer && { answer, rest: Buffer.from(bytes.subarray(end)) }
}
