/** Rules of sending to sockets: they alone know which calls are taken and what they are answered with. */
import type {
  SocketBroadcastAnswer,
  SocketResult,
  SocketSendAnswer,
} from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'
import { problemRules } from './problem.ts'

/** Bytes of JSON that one entry of the list needs: the longest id, its quotes and what stands between. */
const ENTRY_BYTES = 70

/**
 * The ids that a send names, in order.
 * @throws Refusal `malformed-request`
 * @spec socket.send.refuse
 */
function readSocketList(value: unknown, most: number): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const isRead = list.length >= 1 && list.length <= most
  if (isRead && list.every((id) => typeof id === 'string')) return list as string[]
  const detail = `sockets is neither a string nor a list of 1 to ${most} strings`
  throw new Refusal('malformed-request', detail, { errors: [{ pointer: '/sockets', detail }] })
}

/**
 * The text that is sent to sockets; it may be empty.
 * @throws Refusal `invalid-data`
 * @spec socket.body.refuse
 * @spec socket.body.surrogate
 */
function readSocketBody(value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return value
  const what = value === undefined ? 'is absent' : 'is not a string'
  const detail = `body ${typeof value === 'string' ? 'has a lone surrogate' : what}`
  throw new Refusal('invalid-data', detail, { errors: [{ pointer: '/body', detail }] })
}

/**
 * Refuses a text longer than the limit.
 * @spec socket.body.too-large
 */
function decideSocketBodySize(body: string, maxBytes: number): Refusal | undefined {
  const bytes = Buffer.byteLength(body)
  if (bytes <= maxBytes) return undefined
  return new Refusal('payload-too-large', `body has ${bytes} bytes`, { maxBytes })
}

/**
 * Bytes of the largest body of a send that is read.
 * @spec socket.send.whole
 */
function decideMaxSendBytes(dataBytes: number, socketsPerSend: number): number {
  return problemRules.decideMaxBodyBytes(dataBytes) + ENTRY_BYTES * socketsPerSend
}

/**
 * The answer to a send.
 * @spec socket.send.results
 */
function makeSocketSendAnswer(results: readonly SocketResult[]): SocketSendAnswer {
  return { results: [...results] }
}

/**
 * The answer to a broadcast to sockets.
 * @spec socket.broadcast.all
 */
function makeSocketBroadcastAnswer(sockets: number): SocketBroadcastAnswer {
  return { sockets }
}

export const socketSendRules = {
  readSocketList,
  readSocketBody,
  decideSocketBodySize,
  decideMaxSendBytes,
  makeSocketSendAnswer,
  makeSocketBroadcastAnswer,
}
