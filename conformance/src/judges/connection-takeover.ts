/** Judges of takeover and ending: who gets what, who is closed, and in which epoch messages are accepted. */

import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { closeOf, envelopesOf, type Timeline } from '../timeline/timeline.ts'
import { outcomeOf } from './connection.ts'
import { fail, inconclusive, type Judge, PASS } from './finding.ts'
import { postsOf } from './message.ts'
import { MESSAGES, type Stream } from './stream.ts'

/** What an empty Close frame is recorded as. */
const NO_CODE = 1005

/** Each accepted post of role `posts` is on exactly one connection: up to the seq in the newer one's welcome on the older. */
export function split(older: string, newer: string, posts: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const border = envelopesOf(timeline, newer, 'welcome')[0]?.envelope[stream.seq]
    if (typeof border !== 'number')
      return inconclusive(`${newer} got no welcome with a ${stream.seq}`)
    let toOlder = 0
    let toNewer = 0
    for (const { receipt, answer } of postsOf(timeline, posts)) {
      const seq = receipt?.seq
      if (typeof seq !== 'number') return inconclusive(`a post of ${posts} got no seq`)
      const onOlder = countSeq(timeline, older, stream, seq)
      const onNewer = countSeq(timeline, newer, stream, seq)
      const isOlders = seq <= border
      if (isOlders) toOlder += 1
      else toNewer += 1
      if (onOlder !== (isOlders ? 1 : 0) || onNewer !== (isOlders ? 0 : 1)) {
        return fail(
          `seq ${seq} on ${isOlders ? older : newer} alone, as the welcome of ${newer} has ${stream.seq} ${border}`,
          `${onOlder} times on ${older}, ${onNewer} times on ${newer}`,
          answer,
        )
      }
    }
    return toOlder > 0 && toNewer > 0
      ? PASS
      : inconclusive(`not both connections were sent a ${stream.type}`)
  }
}

/** The connection ended with a Close frame from the service that has the client's code; empty where that had none. */
export function answeredClose(as: string, code: number | undefined): Judge {
  return (timeline) => {
    const close = closeOf(timeline, as)
    return close?.code === (code ?? NO_CODE)
      ? PASS
      : fail(`a Close frame with ${code ?? 'no code'}`, outcomeOf(timeline, as), close)
  }
}

/** Every receipt of role `posts` has the epoch of the connection's welcome, unless it was closed for its lost state. */
export function constantEpoch(as: string, posts: string, stream = MESSAGES): Judge {
  return (timeline) => {
    const epoch = envelopesOf(timeline, as, 'welcome')[0]?.envelope[stream.epoch]
    const receipts = postsOf(timeline, posts).filter(({ receipt }) => receipt?.epoch !== undefined)
    if (typeof epoch !== 'number' || receipts.length === 0) {
      return inconclusive('a welcome or a receipt without an epoch')
    }
    if (closeOf(timeline, as)?.code === CLOSE_CODES['state-lost'].code) return PASS
    const other = receipts.find(({ receipt }) => Number(receipt?.epoch) !== epoch)
    return other
      ? fail(
          `epoch ${epoch}, or a close with 4202 state-lost before it changes`,
          `epoch ${other.receipt?.epoch} on an open connection`,
          other.answer,
        )
      : PASS
  }
}

function countSeq(timeline: Timeline, as: string, { type }: Stream, seq: number): number {
  return envelopesOf(timeline, as, type).filter(({ envelope }) => envelope.seq === seq).length
}
