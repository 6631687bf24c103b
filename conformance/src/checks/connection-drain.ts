/** Checks of overload and drain. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { fillUp, OPENED_PER_SECOND, openOne } from '../drive/fill-up.ts'
import { welcomed } from '../judges/connection.ts'
import { announcedBeforeClose, drained, refusedForCapacity, turnedAway } from '../judges/drain.ts'
import { all, each } from '../judges/finding.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'

const CLIENTS = ['client 1', 'client 2', 'client 3', 'client 4', 'client 5'] as const

const LATE = 'latecomer'

/** Clients of services that have few, by the service. */
const FEW_CLIENTS = {
  'service of one': ['only client'],
  'service of three': ['first of three', 'second of three', 'third of three'],
} as const
const FEW_OF = Object.entries(FEW_CLIENTS)
const ALL_FEW = FEW_OF.flatMap(([, clients]) => clients)

function isReconnect({ type }: Record<string, unknown>): boolean {
  return type === 'reconnect'
}

/** Starts a service of its own, connects several clients, and drains it, while one more comes late. */
async function drainWithClients(drive: Drive): Promise<void> {
  const instance = await drive.launch('service')
  const clients = await Promise.all(
    CLIENTS.map((as) => instance.drive.connect(as, instance.drive.clientId())),
  )
  const latestMs = latestSeconds(drive.advertised, 'drain_seconds') * 1000
  const ends = clients.map((client) => client.ended(latestMs + drive.patienceMs))
  const { token, connectUrl: url } = await instance.drive.mint(LATE, instance.drive.clientId())
  const drained = instance.drain()
  await Promise.race([...clients.map((client) => client.envelope(isReconnect)), drained])
  const late = await instance.drive.open(LATE, { url, token })
  await late.ended(latestMs)
  // A service that keeps it would never end its drain.
  late.drop()
  await Promise.all([drained, ...ends])
}

/** As `drainWithClients`, of services with few clients, and nobody comes late. */
async function drainWithFew(drive: Drive): Promise<void> {
  const latestMs = latestSeconds(drive.advertised, 'drain_seconds') * 1000
  await Promise.all(
    FEW_OF.map(async ([service, names]) => {
      const instance = await drive.launch(service)
      const clients = await Promise.all(
        names.map((as) => instance.drive.connect(as, instance.drive.clientId())),
      )
      const ends = clients.map((client) => client.ended(latestMs + drive.patienceMs))
      await Promise.all([instance.drain(), ...ends])
    }),
  )
}

/** In the order of the chapter. */
export const CONNECTION_DRAIN_CHECKS: readonly Check[] = [
  {
    id: 'connection.full-service.refuses',
    proves: 'connection.capacity.refuse',
    alone: true,
    limits: { connections: 12 },
    waitSeconds: ({ limits }) =>
      (limits.connections ?? Number.POSITIVE_INFINITY) / OPENED_PER_SECOND,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const first = await drive.connect('first', clientId)
      await fillUp(drive, drive.advertised.limits.connections ?? 0)
      const beyond = await openOne(drive, 'beyond')
      await Promise.race([beyond.welcome(), beyond.ended()])
      const data = drive.text()
      await drive.post('post', clientId, data)
      await first.message(data)
    },
    control: welcomed('first'),
    judge: all(refusedForCapacity('beyond'), undisturbed('first', 'post')),
    killedBy: ['takes-connections-beyond-the-limit'],
  },
  {
    id: 'connection.drain.announced',
    proves: 'connection.drain.announced',
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithClients,
    control: all(...CLIENTS.map(welcomed)),
    judge: all(...CLIENTS.map(announcedBeforeClose)),
    killedBy: ['drains-without-notice'],
  },
  {
    id: 'connection.drain-of-few.announced',
    proves: 'connection.drain.announced',
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithFew,
    control: each(ALL_FEW, welcomed),
    judge: each(ALL_FEW, announcedBeforeClose),
    killedBy: ['drains-few-without-notice', 'drains-without-notice'],
  },
  {
    id: 'connection.drain.closed',
    proves: 'connection.drain.close',
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithClients,
    control: all(...CLIENTS.map(welcomed)),
    judge: all(...CLIENTS.map((as) => drained(as, 'service')), turnedAway(LATE, 'service')),
    killedBy: ['drains-too-slowly', 'drains-with-another-code', 'keeps-latecomers'],
  },
  {
    id: 'connection.drain-of-few.closed',
    proves: 'connection.drain.close',
    needs: ['exec'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithFew,
    control: each(ALL_FEW, welcomed),
    judge: all(...FEW_OF.map(([service, clients]) => each(clients, (as) => drained(as, service)))),
    killedBy: ['drops-few-when-draining', 'drains-with-another-code'],
  },
]
