/** Checks of the chapter webhook, section the target as a whole: how much is in flight, and how fast when it is unwell. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { Arrival, Reply } from '../drive/receiver.ts'
import { all } from '../judges/finding.ts'
import { reported } from '../judges/presence.ts'
import { heldAlone } from '../judges/presence-version.ts'
import { inFlightBounded, pausedBetween, seenAttempts } from '../judges/webhook-sending.ts'
import { seconds } from '../timeline/timeline.ts'

const WELL = { status: 204 } as const
/** The form of a report about a client; sockets that earlier checks left behind are no part of this. */
const PRESENCE_EVENT = /(?:^|&)event=(?:connected|disconnected)(?:&|$)/
const TROUBLES: Readonly<Record<string, Reply>> = {
  unavailable: { status: 503 },
  'too-many': { status: 429 },
  broken: 'drop',
}

/** How every attempt is answered at the moment, and the client ids that have watches of their own. */
interface Target {
  answer: Reply
  readonly own: Set<string>
}

/** Lets pass what earlier checks left behind: reports after a short grace, and what was queued before a new one. */
async function quieten(drive: Drive): Promise<void> {
  // With a long grace little is left behind at once, and what is costs a pause each.
  await drive.pass(Math.min(seconds(drive.advertised, 'presence_grace_seconds'), 1) * 1.1)
  const clientId = drive.clientId()
  const webhooks = drive.webhooks('fence', clientId)
  await drive.connect('fence', clientId)
  await webhooks.first(1)
}

/** One client's report fails by `trouble`, and all that follow, until two more clients are reported. */
async function failTarget(
  drive: Drive,
  target: Target,
  kind: string,
  trouble: Reply,
): Promise<void> {
  const { advertised } = drive
  // What earlier checks left behind is reported when its grace is over, and takes a pause each.
  const patienceMs =
    drive.patienceMs +
    (seconds(advertised, 'webhook_pause_seconds') * 4 +
      seconds(advertised, 'presence_grace_seconds')) *
      1000
  const awaited = new Set(['second', 'third'])
  let last = ''
  const clients = ['first', 'second', 'third'].map((name) => {
    const [as, clientId] = [`${name}-${kind}`, drive.clientId()]
    target.own.add(clientId)
    const webhooks = drive.webhooks(as, clientId, () => {
      if (awaited.delete(name) && awaited.size === 0) {
        target.answer = WELL
        last = name
      }
      return target.answer
    })
    return { name, webhooks, connect: () => drive.connect(as, clientId) }
  })
  const [first, ...rest] = clients
  target.answer = trouble
  await first?.connect()
  await first?.webhooks.first(1, patienceMs)
  await Promise.all(rest.map(({ connect }) => connect()))
  await Promise.all(rest.map(({ webhooks }) => webhooks.first(1, patienceMs)))
  target.answer = WELL
  // What failed is repeated now; later it would be in the way of the next trouble.
  const failed = clients.filter(({ name }) => name !== last)
  await Promise.all(failed.map(({ webhooks }) => webhooks.first(2, patienceMs)))
}

/** In the order of the chapter. */
export const WEBHOOK_TARGET_CHECKS: readonly Check[] = [
  {
    id: 'webhook.client.one-at-a-time',
    proves: 'webhook.client.single',
    needs: ['webhooks'],
    slow: true,
    drive: async (drive) => {
      const held = Promise.withResolvers<typeof WELL>()
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId, (_attempt, number) =>
        number === 1 ? { hold: held.promise } : WELL,
      )
      const connection = await drive.connect('client', clientId)
      await webhooks.first(1)
      connection.close(1000)
      await drive.pass(seconds(drive.advertised, 'webhook_timeout_seconds') * 0.3)
      held.resolve({ status: 204 })
      await webhooks.event('disconnected')
    },
    control: reported('client', 'disconnected'),
    judge: heldAlone('client'),
    killedBy: ['attempts-side-by-side'],
  },
  {
    id: 'webhook.target.bounded',
    proves: 'webhook.target.concurrency',
    needs: ['webhooks'],
    alone: ['reports'],
    drive: async (drive) => {
      const most = drive.advertised.limits.webhook_concurrency ?? 1
      const timeoutMs = seconds(drive.advertised, 'webhook_timeout_seconds') * 1000
      const held = Promise.withResolvers<typeof WELL>()
      const target = drive.allWebhooks(
        'target',
        ({ body }) => PRESENCE_EVENT.test(body),
        () => ({ hold: held.promise }),
      )
      // Minted beforehand, because the first attempts cannot be held for long.
      const tokens = await Promise.all(
        Array.from({ length: most + 4 }, () => drive.mint('crowd', drive.clientId())),
      )
      const release = async (): Promise<void> => {
        await target.first(1)
        await target.first(most + 1, timeoutMs * 0.6)
        held.resolve(WELL)
      }
      const [, ...crowd] = await Promise.all([
        release(),
        ...tokens.map(({ token, connectUrl: url }) => drive.open('crowd', { url, token })),
      ])
      await target.first(most + 4)
      // A crowd that was lost instead would be reported while the next check is made.
      for (const connection of crowd) connection.close(1000)
      await target.first(2 * (most + 4))
    },
    judge: inFlightBounded('target'),
    killedBy: ['ignores-concurrency'],
  },
  {
    id: 'webhook.target.unwell',
    proves: 'webhook.target.paused',
    needs: ['webhooks'],
    alone: true,
    waitSeconds: (advertised) =>
      seconds(advertised, 'webhook_pause_seconds') * 4 * Object.keys(TROUBLES).length,
    drive: async (drive) => {
      await quieten(drive)
      const target: Target = { answer: WELL, own: new Set() }
      const isOwn = ({ body }: Arrival): boolean => [...target.own].some((id) => body.includes(id))
      drive.allWebhooks(
        'others',
        (arrival) => !isOwn(arrival),
        () => target.answer,
      )
      for (const [kind, trouble] of Object.entries(TROUBLES)) {
        await failTarget(drive, target, kind, trouble)
      }
    },
    control: all(...Object.keys(TROUBLES).map((kind) => seenAttempts(`third-${kind}`, 1))),
    judge: all(
      ...Object.keys(TROUBLES).map((kind) =>
        pausedBetween(`first-${kind}`, `second-${kind}`, `third-${kind}`),
      ),
    ),
    killedBy: ['hurries-after-503', 'hurries-after-429', 'hurries-after-broken-connection'],
  },
]
