/** Connections that are lost without a Close frame, and the moment in which a service hears of that. */

import type { Drive } from './drive.ts'
import { openRawClientFor } from './raw-client.ts'

/** How a transport ends by itself. */
export const LOSSES = ['ended', 'reset'] as const

/** The end of a transport is under way for a moment; far shorter than any silence that a service waits for. */
const TRIES = 10
const PAUSE_SECONDS = 0.05

/** Connects a client under role `as`; the function returned loses its connection. */
export async function connectToLose(
  drive: Drive,
  as: string,
  loss: (typeof LOSSES)[number],
  clientId = drive.clientId(),
): Promise<() => void> {
  const { client } = await openRawClientFor(drive, as, clientId)
  return () => (loss === 'reset' ? client.reset() : client.drop())
}

/** Does something again and again until it answers true, or the moment is over. */
export async function forAMoment(drive: Drive, attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await attempt()) return
    await drive.pass(PAUSE_SECONDS)
  }
}
