/** Bodies of requests; it alone knows how bytes are read without trusting their number or their pace. */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ports.ts'
import { Refusal } from '../refusal.ts'

/** Bounds of one body. */
export interface BodyBounds {
  maxBytes: number
  timeoutMs: number
  /** The limit that a refusal names, in bytes. */
  namedBytes: number
  clock: Clock
}

/**
 * All bytes of a body, which is read no further than its bounds.
 * Rejects with the Refusal `payload-too-large`, `request-timeout`, or `malformed-request` where the peer left.
 * @spec problem.body.too-large
 * @spec problem.body.slow
 */
export function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<Uint8Array> {
  const { maxBytes, timeoutMs, clock } = bounds
  const tooLarge = (): Refusal => makeTooLarge(bounds)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge())

  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > maxBytes) finish(() => reject(tooLarge()))
    }
    const onEnd = (): void => finish(() => resolve(Buffer.concat(chunks, bytes)))
    const onGone = (): void =>
      finish(() => reject(new Refusal('malformed-request', 'the body ended early')))
    const cancel = clock.after(timeoutMs, () =>
      finish(() => reject(new Refusal('request-timeout', 'the body did not arrive in time'))),
    )
    const finish = (settle: () => void): void => {
      cancel()
      request.off('data', onData).off('end', onEnd).off('close', onGone)
      settle()
    }
    // An aborted request emits `error` beside `close`; without a listener it would end the process.
    request.on('error', () => {})
    request.on('data', onData).once('end', onEnd).once('close', onGone)
  })
}

/**
 * A body that was read already.
 * @throws Refusal `payload-too-large`, as `readBody` rejects
 * @spec problem.body.too-large
 */
export function takeBody(body: Uint8Array, bounds: BodyBounds): Uint8Array {
  if (body.length > bounds.maxBytes) throw makeTooLarge(bounds)
  return body
}

function makeTooLarge({ maxBytes, namedBytes }: BodyBounds): Refusal {
  return new Refusal('payload-too-large', `the body has more than ${maxBytes} bytes`, {
    maxBytes: namedBytes,
  })
}
