/** Rules of messages: they alone know which data is taken, how it is numbered and where it goes. */
import type { MessageEnvelope, Receipt } from '@channel-protocol/schemas/types'
import type { Counters, StreamCounters } from '../broker-port.ts'
import { Refusal } from '../refusal.ts'

/** Posts that one client id may still take at an instant. */
export interface RateBucket {
  tokens: number
  atMs: number
}

const POINTER = '/data'

/**
 * The data of a post: a string of at least one byte.
 * @throws Refusal `invalid-data`
 * @spec message.data.accept
 * @spec message.data.refuse
 */
function readData(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  const detail = `data ${value === undefined ? 'is absent' : value === '' ? 'is empty' : 'is not a string'}`
  throw new Refusal('invalid-data', `${detail}; give a string of at least one byte`, {
    errors: [{ pointer: POINTER, detail }],
  })
}

/**
 * Refuses data with a lone surrogate, which has no UTF-8.
 * @spec message.data.surrogate
 */
function decideSurrogates(data: string): Refusal | undefined {
  if (data.isWellFormed()) return undefined
  const detail = 'data has a lone surrogate'
  return new Refusal('invalid-data', detail, { errors: [{ pointer: POINTER, detail }] })
}

/**
 * Refuses data longer than the limit.
 * @spec message.data.too-large
 */
function decideDataSize(data: string, maxBytes: number): Refusal | undefined {
  if (data.length * 3 <= maxBytes) return undefined
  const bytes = Buffer.byteLength(data)
  if (bytes <= maxBytes) return undefined
  return new Refusal('payload-too-large', `data has ${bytes} bytes`, { maxBytes })
}

/**
 * The epoch that begins now: above every one before, in this run and in earlier ones.
 * @spec message.epoch.grows
 * @spec presence.started.floor
 */
function decideEpoch(nowMs: number, newest: number): number {
  return Math.max(nowMs * 1000, newest + 1)
}

/**
 * The number of the next message.
 * @spec message.seq.contiguous
 */
function nextSeq(seq: number): number {
  return seq + 1
}

/**
 * A name for a message, which is the cursor behind it too.
 * @spec message.id.unique
 * @spec resume.id.cursor
 */
function makeMessageId(counters: StreamCounters): string {
  // No two client ids share an epoch, so this names one message of all.
  return `msg_${writeBase36(counters.epoch)}_${counters.seq.toString(36)}`
}

const LOW = 36 ** 5

/** As `toString(36)`: in two parts, as an integer beyond 31 bits takes it five times as long. */
function writeBase36(integer: number): string {
  if (integer < LOW) return integer.toString(36)
  const high = Math.floor(integer / LOW)
  return high.toString(36) + (integer - high * LOW).toString(36).padStart(5, '0')
}

/**
 * The envelope in which a message travels.
 * @spec message.post.deliver
 */
function makeMessage(id: string, seq: number, data: string): MessageEnvelope {
  return { type: 'message', id, seq, data }
}

/**
 * The connections of a client id that a message for it is sent on.
 * @spec message.post.isolated
 * @spec connection.takeover.split
 */
function selectReceivers<C>(current: C | undefined, _superseded: readonly C[]): readonly C[] {
  return current === undefined ? [] : [current]
}

/**
 * The frames that go out for a message, in order.
 * @spec message.order.delivered
 */
function makeDelivery<F>(frame: F, _seq: number): readonly F[] {
  return [frame]
}

/**
 * The answer to an accepted message.
 * @spec message.post.receipt
 * @spec message.post.connections
 */
function makeReceipt(id: string, counters: Counters, connections: number): Receipt {
  return { id, seq: counters.seq, epoch: counters.epoch, connections }
}

/**
 * What posts are counted under for the rate limit.
 * @spec message.rate.others
 */
function selectRateKey(clientId: string): string {
  return clientId
}

/**
 * Takes one post from a bucket, or says after how many seconds one fits.
 * @spec message.rate.refuse
 * @spec message.rate.accept
 */
function decideRate(
  bucket: RateBucket | undefined,
  nowMs: number,
  perSecond: number,
): { bucket: RateBucket; waitSeconds: number } {
  const refilled = bucket ? bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond : perSecond
  const tokens = Math.min(perSecond, refilled)
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, atMs: nowMs }, waitSeconds: 0 }
  return { bucket: { tokens, atMs: nowMs }, waitSeconds: (1 - tokens) / perSecond }
}

export const messageRules = {
  readData,
  decideSurrogates,
  decideDataSize,
  decideEpoch,
  nextSeq,
  makeMessageId,
  makeMessage,
  selectReceivers,
  makeDelivery,
  makeReceipt,
  selectRateKey,
  decideRate,
}
