/** A client that has stopped reading, and messages that wait for it in the service's own queue. */

import { latestOf } from '../timeline/latest.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import { makeFrame } from './frames.ts'
import type { RawConnection } from './raw.ts'
import { openRawClientFor } from './raw-client.ts'
import { SetUpFailed } from './set-up-failed.ts'
import { pass } from './waiting.ts'

/** More than two operating systems hold for a loopback connection; the rest waits in the service's own queue. */
export const HELD_BY_NETWORK_BYTES = 14 * 1024 * 1024
/** The time in which a service ends a connection that is not read, in seconds. */
export const SLOW_FOR_LONG = latestOf('stall_timeout_seconds', 'close_timeout_seconds')
/** The opcode. */
const PONG = 10
const PAUSE_SECONDS = 0.2
/** Each of these escapes is one character of data, and six bytes in an envelope. */
const FILLING = '\\u0001'.repeat(32_000)

/** Time of this machine in which its operating system answers what is written to a connection that is over. */
const ANSWERED_MS = 2

/** Seconds after each post, in which a service whose clock is moved sees how much waits. */
export const POST_PAUSE_SECONDS = 0.02

/**
 * Connects a client as role `slow` that then reads nothing; what keeps its connection alive goes on. Whether it is over
 * is waited for `ms`.
 */
export async function stopReading(
  drive: Drive,
  clientId: string,
  ms = 1,
): Promise<{ client: RawConnection; isOver: () => Promise<boolean> }> {
  const { client } = await openRawClientFor(drive, 'slow', clientId)
  return { client, isOver: pauseReading(client, ms) }
}

/** Reads nothing more of a connection; the function returned waits `ms` for whether it is over. */
export function pauseReading(raw: RawConnection, ms: number): () => Promise<boolean> {
  raw.pause()
  return async () => {
    // Its Pongs keep the heartbeat content, and fail once the service has ended the connection.
    raw.write(makeFrame(PONG, ''), 'a Pong')
    // That nobody reads it any more is answered by the operating system, for which a clock that is moved does not wait.
    await pass(ANSWERED_MS)
    return raw.ended(ms)
  }
}

/**
 * Waits until a connection that is not read is over, as long as a service may take to end it, and then reads on: whoever
 * stands between holds what was sent, and the end behind it. A service that has not ended it by then goes on with it.
 * Resolves with whether it is over.
 */
export async function awaitEnd(
  drive: Drive,
  raw: RawConnection,
  isOver: () => Promise<boolean>,
): Promise<boolean> {
  const isOverWithin = async (seconds: number): Promise<boolean> => {
    for (let waited = 0; waited < seconds; waited += PAUSE_SECONDS) {
      if ((await isOver()) || (await raw.ended(PAUSE_SECONDS * 1000))) return true
    }
    return false
  }
  if (await isOverWithin(SLOW_FOR_LONG(drive.advertised))) return true
  raw.readToEnd()
  // Still with Pongs: an end for another silence would say nothing.
  return isOverWithin(drive.patienceMs / 1000)
}

/**
 * Posts to the slow client as role `filler` until it is ended, the service counts it no longer, or more waits than
 * may; `between` follows each post.
 */
export async function fillQueue(
  drive: Drive,
  clientId: string,
  isOver: () => Promise<boolean>,
  between: () => Promise<void> = async () => {},
): Promise<void> {
  const enough = HELD_BY_NETWORK_BYTES + 2 * (drive.advertised.limits.queue_bytes ?? 0)
  let wasCounted = false
  for (let bytes = 0; bytes < enough; ) {
    const body = `{"client_id":"${clientId}","data":"${bytes} ${FILLING}"}`
    const answer = await drive.call('filler', 'POST', '/v1/messages', { body })
    const receipt = readObject(answer?.body ?? '')
    if (receipt && 'id' in receipt) bytes += FILLING.length
    else if (receipt?.code === 'rate-limited') await drive.pass(PAUSE_SECONDS)
    else throw new SetUpFailed('a post that fills the queue was not accepted')
    await between()
    if (wasCounted && receipt.connections === 0) return
    wasCounted ||= Number(receipt.connections) > 0
    if (await isOver()) return
  }
}
