/** How long it may take until the loss of a stream is reported. */

import { type Advertised, seconds } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import { afterGrace } from './online.ts'

/** Patience, the grace, and time for a service that sees a loss only when it writes, in milliseconds. */
export function awaitLoss(drive: Drive): number {
  return afterGrace(drive) + writingSeconds(drive.advertised) * 1000
}

/** Seconds within which a service writes to a silent stream, or ends it. */
export function writingSeconds(advertised: Advertised): number {
  const isRobust = advertised.profiles.includes('robust')
  return seconds(advertised, isRobust ? 'heartbeat_seconds' : 'sse_lifetime_seconds')
}
