/** Opens connections faster than a rate allows, so that a check sees what a service then refuses. */

import type { Drive } from './drive.ts'
import { OPENED_PER_SECOND } from './fill-up.ts'

const FLOOD_MS = 8000
/** Made at once, for each handshake that a bucket holds: enough for the second of waiting, too, in which it fills again. */
const AT_ONCE = 2.5
/** Time in which every bucket is full again. */
const REFILL_SECONDS = 1

/** Seconds in which this rate can be exceeded, to hold a budget against what is advertised. */
export const floodSeconds =
  (limit: 'handshakes_per_second' | 'address_handshakes_per_second') =>
  ({ limits }: Drive['advertised']): number =>
    (limits[limit] ?? Number.POSITIVE_INFINITY) / OPENED_PER_SECOND

/**
 * Makes handshakes, many at once, again and again, until this rate is certainly exceeded or a few seconds have passed;
 * then waits until the service takes as many again. `shake` is given the number of the handshake and resolves when it
 * is answered.
 */
export async function floodHandshakes(
  drive: Drive,
  rate: number,
  shake: (index: number) => Promise<unknown>,
): Promise<void> {
  const atOnce = Math.floor(rate * AT_ONCE) + 1
  const startedMs = drive.nowMs()
  let made = 0
  const isExceeded = (): boolean => {
    const elapsedMs = drive.nowMs() - startedMs
    return elapsedMs > FLOOD_MS || made > rate * (1 + elapsedMs / 1000) * 1.5
  }
  while (!isExceeded()) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => shake(made + index)))
    made += atOnce
  }
  await drive.pass(REFILL_SECONDS)
}
