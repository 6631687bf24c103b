/** Checks of the chapter presence about the grace: what is waited for, and what is kept silent. */

import { type Check, waitFor } from '../check.ts'
import { afterGrace, goOnline } from '../drive/online.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  FENCE,
  fencePassed,
  lastOf,
  reported,
  returnedInTime,
  silentUntilFence,
  waitedForGrace,
} from '../judges/presence.ts'
import { seconds } from '../timeline/timeline.ts'

/** Roles of a stimulus that is made again where the machine was too slow for the grace. */
const TRIES = ['client', 'client-2', 'client-3', 'client-4'] as const

const GRACE = waitFor('presence_grace_seconds')

/** In the order of the chapter. */
export const PRESENCE_GRACE_CHECKS: readonly Check[] = [
  {
    id: 'presence.grace.kept',
    proves: 'presence.grace.waited',
    needs: ['webhooks'],
    waitSeconds: GRACE,
    drive: async (drive) => {
      const [dropped, left] = await Promise.all([
        goOnline(drive, 'dropped'),
        goOnline(drive, 'left'),
      ])
      dropped.connection.drop()
      left.connection.close(1001)
      await dropped.webhooks.event('disconnected', undefined, afterGrace(drive))
      await left.webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: all(reported('dropped', 'disconnected'), reported('left', 'disconnected')),
    judge: all(waitedForGrace('dropped'), waitedForGrace('left')),
    killedBy: ['skips-grace'],
  },
  {
    id: 'presence.second-loss.waited',
    proves: 'presence.grace.waited',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', 'presence_grace_seconds'),
    drive: async (drive) => {
      const grace = seconds(drive.advertised, 'presence_grace_seconds')
      for (const as of TRIES) {
        const clientId = drive.clientId()
        const webhooks = drive.webhooks(as, clientId)
        const first = await drive.connect(as, clientId)
        await webhooks.event('connected')
        const { token, connectUrl: url } = await drive.mint(as, clientId)
        const leftAt = drive.nowMs()
        first.close(1001)
        await drive.pass(grace / 2)
        const second = await drive.open(as, { url, token })
        await second.welcome()
        if (drive.nowMs() - leftAt > grace * 1000 && as !== TRIES.at(-1)) continue
        second.close(1001)
        await webhooks.event('disconnected', undefined, afterGrace(drive))
        return
      }
    },
    control: lastOf(TRIES, (as) => all(returnedInTime(as), reported(as, 'disconnected'))),
    judge: lastOf(TRIES, waitedForGrace),
    killedBy: ['skips-grace', 'keeps-grace-of-first-loss'],
  },
  {
    id: 'presence.return-within-grace.silent',
    proves: 'presence.grace.returned',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', 'presence_grace_seconds'),
    drive: async (drive) => {
      const graceMs = seconds(drive.advertised, 'presence_grace_seconds') * 1000
      for (const as of TRIES) {
        const clientId = drive.clientId()
        const webhooks = drive.webhooks(as, clientId)
        const first = await drive.connect(as, clientId)
        await webhooks.event('connected')
        const { token, connectUrl: url } = await drive.mint(`${as}-again`, clientId)
        const leftAt = drive.nowMs()
        first.close(1001)
        await first.ended()
        const second = await drive.open(`${as}-again`, { url, token })
        await second.welcome()
        if (drive.nowMs() - leftAt > graceMs && as !== TRIES.at(-1)) continue
        await drive.pass(graceMs / 1000)
        drive.note(FENCE, 'the grace has passed with the client online')
        second.close(1000)
        await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
        return
      }
    },
    control: lastOf(TRIES, (as) => all(returnedInTime(as, `${as}-again`), fencePassed(as))),
    judge: lastOf(TRIES, (as) => silentUntilFence(as, 'a return within the grace')),
    killedBy: ['skips-grace'],
  },
  {
    id: 'presence.takeover.unreported',
    proves: 'presence.takeover.silent',
    needs: ['webhooks'],
    waitSeconds: GRACE,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const old = await drive.connect('old', clientId)
      await webhooks.event('connected')
      const second = await drive.connect('new', clientId)
      await old.ended()
      await drive.pass(seconds(drive.advertised, 'presence_grace_seconds'))
      drive.note(FENCE, 'the grace has passed since the takeover')
      second.close(1000)
      await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
    },
    control: all(closed('old', 'replaced'), reported('client', 'connected')),
    judge: silentUntilFence('client', 'a takeover'),
    killedBy: ['reports-takeover'],
  },
]
