/** What goes wrong on a bad day: it alone knows each disturbance, and in which order a round has them. */
import { setTimeout } from 'node:timers/promises'
import type { Calls } from './calls.ts'
import type { Listeners } from './listeners.ts'
import type { Random } from './random.ts'
import type { Absence, Receiver } from './receiver.ts'
import type { Service } from './service.ts'
import type { Sockets } from './sockets.ts'

/** What disturbances are done to. */
export interface Disturbed {
  clientIds: readonly string[]
  hosts: number
  random: Random
  service: Service
  receiver: Receiver
  listeners: Listeners
  sockets: Sockets
  calls: Calls
}

/** One disturbance, decided: what it does in words, and the doing. */
export interface Disturbance {
  what: string
  run(): Promise<void>
}

type Planner = (disturbed: Disturbed) => Disturbance

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function some({ clientIds, random }: Disturbed, share: number): string[] {
  return clientIds.filter(() => random.chance(share))
}

const killServer: Planner = ({ random, service }) => {
  const pauseMs = random.below(1500)
  return {
    what: `kill -9 of the server, which is away for ${seconds(pauseMs)}`,
    run: () => service.restart('SIGKILL', pauseMs),
  }
}

const drainServer: Planner = ({ service }) => ({
  what: 'SIGTERM to the server, and a new start',
  run: () => service.restart('SIGTERM', 0),
})

const killClients: Planner = ({ random, hosts, listeners, sockets }) => {
  const host = random.below(hosts)
  return {
    what: `kill -9 of a process of clients (${host + 1} of ${hosts})`,
    run: async () => {
      sockets.noteKilled(listeners.host(host))
      await listeners.kill(host)
    },
  }
}

const sendApplicationAway: Planner = (disturbed) => {
  const { random, receiver, listeners } = disturbed
  const how = random.pick<Absence>(['refusing', 'failing', 'silent'])
  const awayMs = 500 + random.below(2500)
  const flapping = some(disturbed, 0.3)
  return {
    what: `the application is away (${how}) for ${seconds(awayMs)}, while ${flapping.length} clients flap`,
    run: async () => {
      await receiver.goAway(how)
      for (const clientId of flapping) listeners.flap(clientId)
      await setTimeout(awayMs)
      await receiver.comeBack()
    },
  }
}

const flapClients: Planner = (disturbed) => {
  const chosen = some(disturbed, 0.4)
  return {
    what: `${chosen.length} clients leave and come anew`,
    run: async () => {
      for (const clientId of chosen) disturbed.listeners.flap(clientId)
    },
  }
}

const dropConnections: Planner = (disturbed) => {
  const chosen = some(disturbed, 0.5)
  return {
    what: `${chosen.length} connections break`,
    run: async () => {
      for (const clientId of chosen) disturbed.listeners.drop(clientId)
    },
  }
}

const disconnectClient: Planner = ({ clientIds, random, calls }) => {
  const clientId = random.pick(clientIds)
  const revokes = random.chance(0.5)
  return {
    what: `the application disconnects ${clientId}${revokes ? ' and revokes its tokens' : ''}`,
    run: async () => {
      await calls.post('/v1/disconnects', { client_id: clientId, revoke_tokens: revokes })
    },
  }
}

const stirSockets: Planner = ({ random, hosts, listeners, sockets }) => {
  const host = random.below(hosts)
  return {
    what: 'sockets are opened, talked on and closed',
    run: () => sockets.stir(listeners.host(host)),
  }
}

const ALL: readonly Planner[] = [
  killServer,
  drainServer,
  killClients,
  sendApplicationAway,
  flapClients,
  dropConnections,
  disconnectClient,
  stirSockets,
  stirSockets,
]

/** Every kind of disturbance in an order that chance decides, each planned when its turn comes. */
export function* planRound(disturbed: Disturbed): Iterable<Disturbance> {
  const left = [...ALL]
  while (left.length > 0) {
    const [planner] = left.splice(disturbed.random.below(left.length), 1)
    if (planner) yield planner(disturbed)
  }
}
