/** Checks of the chapter on event streams about what presence says of a stream that reached its age. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { EventStream } from '../drive/event-stream.ts'
import { afterGrace } from '../drive/online.ts'
import type { Webhooks } from '../drive/webhooks.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  FENCE,
  fencePassed,
  lastOf,
  reported,
  reportedGone,
  returnedInTime,
  silentUntilFence,
  waitedForGrace,
} from '../judges/presence.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

/** Roles of a stimulus that is made again where the machine was too slow for the grace. */
const TRIES = ['client', 'client-2', 'client-3'] as const

/** A client whose stream has reached its age. */
interface Aged {
  readonly clientId: string
  readonly stream: EventStream
  readonly webhooks: Webhooks
}

/** Opens a stream, waits for the report of its coming, and then until its age ends it. */
async function growOld(drive: Drive, as: string): Promise<Aged> {
  const clientId = drive.clientId()
  const webhooks = drive.webhooks(as, clientId)
  const stream = await drive.streams.connect(as, clientId)
  await webhooks.event('connected')
  await stream.ended(latestSeconds(drive.advertised, 'sse_lifetime_seconds') * 1000)
  return { clientId, stream, webhooks }
}

/** In the order of the chapter. */
export const SSE_LIFETIME_CHECKS: readonly Check[] = [
  {
    id: 'sse.old-stream.reported',
    proves: 'sse.presence.lifetime',
    profiles: ['presence'],
    needs: ['webhooks'],
    waitSeconds: latestOf('sse_lifetime_seconds', 'presence_grace_seconds'),
    endures: true,
    drive: async (drive) => {
      const { webhooks } = await growOld(drive, 'client')
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: all(reported('client', 'connected'), closed('client', 'max-lifetime')),
    judge: all(reportedGone('client', 'max-lifetime'), waitedForGrace('client')),
    killedBy: [
      'skips-grace',
      'skips-grace-of-old-streams',
      'calls-old-streams-lost',
      'forgets-old-streams',
      'counts-lifetimes-from-the-last-event',
    ],
  },
  {
    id: 'sse.old-stream-return.silent',
    proves: 'sse.presence.lifetime',
    profiles: ['presence'],
    needs: ['webhooks'],
    waitSeconds: latestOf('sse_lifetime_seconds', 'presence_grace_seconds'),
    endures: true,
    drive: async (drive) => {
      const grace = seconds(drive.advertised, 'presence_grace_seconds')
      for (const as of TRIES) {
        const { clientId, stream, webhooks } = await growOld(drive, as)
        const leftAt = drive.nowMs()
        const lastEventId = stream.lastId() ?? ''
        // Before a report of the end would be overtaken by one of the return.
        await drive.pass(grace / 4)
        await drive.streams.connect(`${as}-again`, clientId, { lastEventId })
        if (drive.nowMs() - leftAt > grace * 1000 && as !== TRIES.at(-1)) continue
        await drive.pass(grace)
        drive.note(FENCE, 'the grace has passed with the client online')
        // A takeover is silent, and a goodbye on a WebSocket is reported without a grace.
        const last = await drive.connect(`${as}-last`, clientId)
        last.close(1000)
        await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
        return
      }
    },
    control: lastOf(TRIES, (as) =>
      all(closed(as, 'max-lifetime'), returnedInTime(as, `${as}-again`), fencePassed(as)),
    ),
    judge: lastOf(TRIES, (as) => silentUntilFence(as, 'a return after the end of a stream')),
    killedBy: ['skips-grace', 'skips-grace-of-old-streams'],
  },
]
