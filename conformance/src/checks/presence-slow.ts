/** Checks of the chapter presence about clients that do not read. */

import { type Check, waitFor } from '../check.ts'
import { afterGrace } from '../drive/online.ts'
import {
  awaitEnd,
  fillQueue,
  POST_PAUSE_SECONDS,
  SLOW_FOR_LONG,
  stopReading,
} from '../drive/slow-reader.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { reported, reportedGone } from '../judges/presence.ts'
import { ended } from '../judges/timer.ts'

const GRACE = waitFor('presence_grace_seconds')

/** In the order of the chapter. */
export const PRESENCE_SLOW_CHECKS: readonly Check[] = [
  {
    id: 'presence.slow-reader.reported',
    proves: 'presence.slow.reported',
    needs: ['webhooks'],
    profiles: ['presence'],
    waitSeconds: (advertised) => SLOW_FOR_LONG(advertised) + GRACE(advertised),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('slow', clientId)
      const { client, isOver } = await stopReading(drive, clientId, POST_PAUSE_SECONDS * 1000)
      await webhooks.event('connected')
      await fillQueue(drive, clientId, isOver)
      if (!(await awaitEnd(drive, client, isOver))) return
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: all(welcomed('slow'), reported('slow', 'connected'), ended('slow')),
    judge: reportedGone('slow', 'slow-consumer'),
    killedBy: ['reports-slow-readers-as-lost'],
  },
]
