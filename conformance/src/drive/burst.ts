/** Sends many requests at once, one behind the other on a few TCP connections, and records every answer. */

import { connect } from 'node:net'
import type { Recorder } from '../timeline/recorder.ts'
import { describe } from './http.ts'
import { type RawAnswer, readAnswer } from './raw-answer.ts'
import { within } from './waiting.ts'

const CONNECTIONS = 8

/** Resolves when every request is answered, or no more answers come within `timeoutMs`. */
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
  await Promise.all(shares.map((share) => sendShare(recorder, as, url, share, timeoutMs)))
}

async function sendShare(
  recorder: Recorder,
  as: string,
  url: URL,
  share: readonly Buffer[],
  timeoutMs: number,
): Promise<void> {
  const socket = connect({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
  })
  let rest = Buffer.alloc(0)
  let answered = 0
  const over = new Promise<void>((resolve) => {
    socket.on('error', (error) => {
      recorder.record({ kind: 'failure', as, what: describe(error) })
    })
    socket.on('close', () => resolve())
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (let taken = takeAnswer(rest); taken; taken = takeAnswer(rest)) {
        rest = taken.rest
        answered += 1
        recorder.record({ kind: 'answer', as, ...taken.answer })
      }
      if (answered >= share.length) resolve()
    })
    socket.on('connect', () => socket.write(Buffer.concat(share)))
  })
  await within(over, timeoutMs)
  socket.destroy()
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
