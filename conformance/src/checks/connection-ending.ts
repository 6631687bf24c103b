/** Checks of what follows a Close frame of the service. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import type { RawConnection } from '../drive/raw.ts'
import { makeFlood, openRawClient, openRefusedRawClient } from '../drive/raw-client.ts'
import { all } from '../judges/finding.ts'
import { endedAfterClose, notReset, receivedClose } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

const FLOOD_BYTES = 192 * 1024

/** Waits for the Close frame and, without answering it or ending anything, for the end of the TCP connection. */
async function awaitEnd(drive: Drive, client: RawConnection): Promise<void> {
  await client.closeFrame()
  await client.ended(latestSeconds(drive.advertised, 'close_timeout_seconds') * 1000)
}

/** In the order of the chapter. */
export const CONNECTION_ENDING_CHECKS: readonly Check[] = [
  {
    id: 'connection.service-close.ended',
    proves: 'connection.close.ended',
    waitSeconds: latestOf('close_timeout_seconds'),
    drive: async (drive) => {
      const client = await openRawClient(drive, 'client')
      client.write(makeFrame(1, 'hello'), 'a data frame; the Close stays unanswered')
      await awaitEnd(drive, client)
    },
    control: receivedClose('client'),
    judge: endedAfterClose('client'),
    killedBy: ['keeps-closed-connections'],
  },
  {
    id: 'connection.refusal-close.ended',
    proves: 'connection.close.ended',
    waitSeconds: latestOf('close_timeout_seconds'),
    drive: async (drive) => {
      await awaitEnd(drive, await openRefusedRawClient(drive, 'client'))
    },
    control: receivedClose('client'),
    judge: endedAfterClose('client'),
    killedBy: ['keeps-closed-connections'],
  },
  {
    id: 'connection.flood.discarded',
    proves: 'connection.close.lingering',
    waitSeconds: latestOf('close_timeout_seconds'),
    drive: async (drive) => {
      const quiet = await openRawClient(drive, 'quiet')
      quiet.write(makeFrame(1, 'hello'), 'a data frame')
      await quiet.closeFrame()
      const flooding = await openRawClient(drive, 'flooding')
      flooding.write(makeFlood(FLOOD_BYTES), `${FLOOD_BYTES} bytes of data frames`)
      const large = await openRawClient(drive, 'large frame')
      large.write(makeFrame(1, 'x'.repeat(FLOOD_BYTES)), `a frame of ${FLOOD_BYTES} bytes`)
      const refused = await openRefusedRawClient(drive, 'refused', makeFlood(FLOOD_BYTES))
      await Promise.all([flooding, large, refused].map((client) => awaitEnd(drive, client)))
    },
    control: receivedClose('quiet'),
    judge: all(
      receivedClose('flooding'),
      notReset('flooding'),
      receivedClose('large frame'),
      notReset('large frame'),
      receivedClose('refused'),
      notReset('refused'),
    ),
    killedBy: ['resets-after-close'],
  },
]
