/** Checks of the chapter presence, section events: what is reported, when, and what is not. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { afterGrace, goOnline } from '../drive/online.ts'
import type { Connection } from '../drive/socket.ts'
import type { Webhooks } from '../drive/webhooks.ts'
import { closed, notWelcomed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  reported,
  reportedAheadOf,
  reportedGone,
  reportedOnlyWelcomed,
  waitedForGrace,
} from '../judges/presence.ts'
import { seconds } from '../timeline/timeline.ts'

const GRACE = waitFor('presence_grace_seconds')

/** A client that is online, and how its connection will end. */
interface Ending {
  readonly webhooks: Webhooks
  readonly end: () => void
  readonly ended: () => Promise<unknown>
}

/** Ends a client while a twin that was lost is in its grace, and waits for what is reported of both. */
async function endBesideTwin(drive: Drive, goOn: () => Promise<Ending>): Promise<void> {
  const [client, twin] = await Promise.all([goOn(), goOnline(drive, 'twin')])
  twin.connection.drop()
  await drive.pass(seconds(drive.advertised, 'presence_grace_seconds') / 4)
  client.end()
  await Promise.all([
    client.ended(),
    twin.webhooks.event('disconnected', undefined, afterGrace(drive)),
    client.webhooks.event('disconnected', undefined, afterGrace(drive)),
  ])
}

function goodbye(id: string, code: number | undefined): Check {
  return {
    id,
    proves: 'presence.closed.reported',
    needs: ['webhooks'],
    waitSeconds: GRACE,
    drive: (drive) =>
      endBesideTwin(drive, async () => {
        const { connection, webhooks } = await goOnline(drive, 'client')
        return { webhooks, end: () => connection.close(code), ended: () => connection.ended() }
      }),
    control: waitedForGrace('twin'),
    judge: all(reportedAheadOf('client', 'twin'), reportedGone('client', 'closed')),
    killedBy: ['waits-after-goodbye', 'reports-goodbye-as-lost'],
  }
}

function loss(
  id: string,
  end: (connection: Connection) => void,
  more: readonly string[] = [],
): Check {
  return {
    id,
    proves: 'presence.lost.reported',
    needs: ['webhooks'],
    waitSeconds: GRACE,
    drive: async (drive) => {
      const { connection, webhooks } = await goOnline(drive, 'client')
      end(connection)
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: reported('client', 'connected'),
    judge: reportedGone('client', 'lost'),
    killedBy: ['reports-loss-as-closed', ...more],
  }
}

const VIOLATION = {
  proves: 'presence.violation.reported',
  needs: ['webhooks'],
  waitSeconds: GRACE,
  judge: all(reportedAheadOf('client', 'twin'), reportedGone('client', 'protocol-error')),
  killedBy: ['waits-after-violation', 'reports-violation-as-lost'],
} as const satisfies Partial<Check>

function badFrame(
  id: string,
  code: 'protocol-error' | 'invalid-utf8' | 'frame-too-large',
  bytes: Buffer,
): Check {
  return {
    ...VIOLATION,
    id,
    profiles: ['robust'],
    drive: (drive) =>
      endBesideTwin(drive, async () => {
        const clientId = drive.clientId()
        const webhooks = drive.webhooks('client', clientId)
        const minted = await drive.mint('client', clientId)
        const raw = await drive.raw('client', minted.connectUrl)
        raw.write(drive.upgradeRequest(minted.connectUrl, minted.token), 'an upgrade request')
        await raw.answer()
        await webhooks.event('connected')
        return {
          webhooks,
          ended: () => raw.closeFrame(),
          end: () => raw.write(bytes, `a frame that earns ${code}`),
        }
      }),
    control: all(waitedForGrace('twin'), closed('client', code)),
  }
}

/** In the order of the chapter. */
export const PRESENCE_EVENT_CHECKS: readonly Check[] = [
  {
    id: 'presence.coming.reported',
    proves: 'presence.connected.reported',
    needs: ['webhooks'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const first = await drive.connect('client', clientId)
      await webhooks.event('connected')
      first.close(1000)
      const gone = await webhooks.event('disconnected')
      await drive.connect('client', clientId)
      await webhooks.event(
        'connected',
        ({ fields }) => Number(fields.version) > Number(gone?.fields.version),
      )
    },
    control: reported('client', 'disconnected'),
    judge: reported('client', 'connected', 2),
    killedBy: ['forgets-returning-client'],
  },
  goodbye('presence.goodbye.reported', 1000),
  goodbye('presence.goodbye-without-code.reported', undefined),
  {
    id: 'presence.goodbye-of-newer.reported',
    proves: 'presence.closed.reported',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { webhooks } = await goOnline(drive, 'client')
      const clientId = webhooks.attempts.entries[0]?.fields.from ?? ''
      const newer = await drive.connect('newer', clientId)
      newer.close(1000)
      await webhooks.event('disconnected')
    },
    control: all(reported('client', 'connected'), welcomed('newer')),
    judge: reportedGone('client', 'closed'),
    killedBy: ['forgets-going-of-newer', 'reports-goodbye-as-lost', 'reports-takeover'],
  },
  loss('presence.drop.reported', (connection) => connection.drop()),
  loss('presence.leaving.reported', (connection) => connection.close(1001)),
  loss('presence.own-code.reported', (connection) => connection.close(4999), [
    'takes-own-codes-for-goodbye',
  ]),
  {
    id: 'presence.expiry.told',
    proves: 'presence.expiry.reported',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', 1),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const connection = await drive.connect('client', clientId, { ttlSeconds: 1 })
      await connection.ended(
        drive.patienceMs + (1 + TIMINGS.token_ttl_seconds.largest_delay) * 1000,
      )
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: all(closed('client', 'token-expired'), reported('client', 'connected')),
    judge: reportedGone('client', 'token-expired'),
    killedBy: ['reports-expiry-as-lost'],
  },
  {
    ...VIOLATION,
    id: 'presence.client-data.reported',
    drive: (drive) =>
      endBesideTwin(drive, async () => {
        const { connection, webhooks } = await goOnline(drive, 'client')
        return {
          webhooks,
          end: () => connection.send('a client says nothing on a channel'),
          ended: () => connection.ended(),
        }
      }),
    control: all(waitedForGrace('twin'), closed('client', 'protocol-violation')),
  },
  badFrame(
    'presence.malformed-frame.reported',
    'protocol-error',
    makeFrame(1, 'x', { reserved: 4 }),
  ),
  badFrame('presence.invalid-text.reported', 'invalid-utf8', makeFrame(1, Buffer.from([0xff]))),
  badFrame('presence.oversize-frame.reported', 'frame-too-large', makeFrame(1, 'x'.repeat(4097))),
  {
    id: 'presence.expired-token.unreported',
    proves: 'presence.refused.silent',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', 2),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const { token, connectUrl: url } = await drive.mint('refused', clientId, { ttl_seconds: 1 })
      await drive.pass(1.1)
      const refused = await drive.open('refused', { url, token })
      await refused.ended()
      const tokens = [await drive.mint('two', clientId), await drive.mint('two', clientId)]
      const offers = tokens.map((minted) => `channel-token.${minted.token}`)
      const two = await drive.open('two', { url, protocols: ['channel-protocol.v1', ...offers] })
      await two.ended()
      await drive.pass(seconds(drive.advertised, 'presence_grace_seconds'))
      await drive.connect('client', clientId)
      await webhooks.event('connected')
    },
    control: all(
      notWelcomed('refused'),
      closed('refused', 'token-expired'),
      closed('two', 'bad-request'),
      reported('client', 'connected'),
    ),
    judge: reportedOnlyWelcomed('client'),
    killedBy: ['reports-refused-connection', 'reports-connection-with-two-tokens'],
  },
  {
    id: 'presence.silent-client.reported',
    proves: 'presence.unresponsive.reported',
    needs: ['webhooks'],
    profiles: ['presence'],
    waitSeconds: waitFor('heartbeat_seconds', 'pong_timeout_seconds', 'presence_grace_seconds'),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const connection = await drive.connect('client', clientId, { answersPings: false })
      const silence =
        seconds(drive.advertised, 'heartbeat_seconds') +
        seconds(drive.advertised, 'pong_timeout_seconds')
      await connection.ended(drive.patienceMs + silence * 1000)
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: all(closed('client', 'heartbeat-timeout'), reported('client', 'connected')),
    judge: reportedGone('client', 'heartbeat-timeout'),
    killedBy: ['reports-silence-as-lost'],
  },
]
