/** Checks of the chapter socket, section webhooks: a target that is unwell for presence holds no socket back. */

import type { Check } from '../check.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { heardBeforeRepeat } from '../judges/socket-webhooks.ts'
import { seenAttempts } from '../judges/webhook-sending.ts'

const WELL = { status: 204 } as const
/** Far longer than a whole life of a socket takes, and short enough to wait for. */
const RETRY_AFTER_SECONDS = 3
const WHOLE_LIFE = ['handshake', 'message', 'closed'] as const

/** In the order of the chapter. */
export const SOCKET_UNPAUSED_CHECKS: readonly Check[] = [
  {
    id: 'socket.unwell-target.passed-by',
    proves: 'socket.webhook.unpaused',
    needs: ['webhooks'],
    profiles: ['presence'],
    alone: ['reports'],
    waitSeconds: () => RETRY_AFTER_SECONDS,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
      const reports = drive.webhooks('client', clientId, (_attempt, number) =>
        number === 1 ? { status: 503, headers } : WELL,
      )
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('page', path)
      const webhooks = drive.sockets.webhooks('page', path)
      await drive.connect('client', clientId)
      await reports.first(1)
      const page = await drive.sockets.open('page', url)
      await webhooks.event('handshake')
      page.send('hello')
      await webhooks.event('message')
      page.close(1000)
      await webhooks.event('closed')
      // Afterwards the target is well again, whatever comes next.
      await reports.first(2, RETRY_AFTER_SECONDS * 1000 + drive.patienceMs)
    },
    control: all(welcomed('client'), seenAttempts('client', 2)),
    judge: all(...WHOLE_LIFE.map((event) => heardBeforeRepeat('page', event, 'client'))),
    killedBy: ['pauses-sockets-with-the-target'],
  },
]
