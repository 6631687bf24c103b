/** Posts faster than a rate allows, so that a check sees what a service then refuses and what it does not. */

import type { Drive } from './drive.ts'

const FLOOD_MS = 8000

/**
 * Sends a request many times at once, again and again, as role `flood`: until the rate in requests per second is
 * certainly exceeded and `during`, which begins then, has ended; or for a few seconds.
 */
export async function flood(
  drive: Drive,
  request: Buffer,
  rate: number,
  during: () => Promise<void>,
): Promise<void> {
  const requests = Array.from({ length: Math.ceil(rate * 1.2) + 20 }, () => request)
  const startedMs = drive.nowMs()
  let sent = 0
  const isExceeded = (): boolean => {
    const elapsedMs = drive.nowMs() - startedMs
    return elapsedMs > FLOOD_MS || sent > rate * (1 + elapsedMs / 1000) * 1.5
  }
  const burst = async (): Promise<void> => {
    sent += requests.length
    await drive.burst('flood', requests)
  }
  do await burst()
  while (!isExceeded())
  let isOver = false
  const neighbours = during().finally(() => {
    isOver = true
  })
  while (!isOver) await burst()
  await neighbours
}
