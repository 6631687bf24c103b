/** The services of one process that is told what to start; it alone knows which of them runs where, and on which clock. */
import { PROFILES, type ProfileName } from '@channel-protocol/schemas/registry'
import type {
  ExecAdvance,
  ExecAdvanced,
  ExecReady,
  ExecService,
} from '@channel-protocol/schemas/types'
import type { Fault } from '../parts.ts'
import type { Log } from '../ports.ts'
import { type RunningServer, startServer } from '../server.ts'
import { IMPLEMENTATION } from '../version.ts'
import { makeVirtualClock, type VirtualClock } from '../virtual-clock.ts'
import { Unsupported } from './command-pipe.ts'
import { readStart, settingsOf } from './start-settings.ts'

/** In the order of the registry. */
const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[]

/** The commands of the contract, as their names in a line. */
export interface Services {
  start(given: unknown): Promise<{ ready: ExecReady }>
  advance(given: ExecAdvance): Promise<{ advanced: ExecAdvanced }>
  drain(given: ExecService): Promise<{ drained: object }>
  stop(given: ExecService): Promise<{ stopped: object }>
  /** Ends all that still runs. */
  stopAll(): Promise<unknown>
}

/** What a program gives its services beside what the contract does. */
export interface MoreOfStart {
  /** The names of further members of `start` that it reads. */
  readonly members?: readonly string[]
  /** Reads them into defects to apply, and what `ready` tells besides, once they were applied. */
  read?(start: object): { readonly faults: readonly Fault[]; readonly told: object }
  /** Further flags of the next service. */
  nextFlags?(): string[]
}

interface Running {
  readonly server: RunningServer
  readonly clock: VirtualClock | undefined
}

/** Starts and ends services as they are told to. Commands throw where they cannot, {@link Unsupported} where nobody here can. */
export function makeServices(log: Log, more: MoreOfStart = {}): Services {
  const running = new Map<string, Running>()
  const find = (url: string): Running => {
    const found = running.get(url)
    if (!found) throw new Error(`no service of this process is at ${url}`)
    return found
  }
  return {
    async start(given) {
      const start = readStart(given, more.members ?? [])
      const { profiles } = start
      const nodes = profiles?.includes('cluster') === false ? 1 : (start.nodes ?? 1)
      const own = profiles && { profiles: profiles.filter((name) => name !== 'cluster') }
      const settings = settingsOf({ ...start, ...own }, more.nextFlags?.())
      // Several addresses of one process are nodes to whoever asks them.
      if (nodes > 1)
        settings.profiles = PROFILE_NAMES.filter(
          (name) => name === 'cluster' || settings.profiles.includes(name),
        )
      // What a Redis answers comes when it comes, and no clock of ours waits for it.
      const isAlone = settings.broker.kind !== 'redis'
      const isVirtual = isAlone && start.clock === 'virtual'
      const clock = isVirtual ? makeVirtualClock(Date.now()) : undefined
      const { faults, told } = more.read?.(start) ?? { faults: [], told: {} }
      const server = await startServer(settings, { log, nodes, ...(clock && { clock }) }, faults)
      const { pathname } = new URL(server.baseUrl)
      const url = `http://${settings.host}:${server.port}${pathname.replace(/\/$/, '')}`
      running.set(url, { server, clock })
      const stands = clock
        ? { clock: 'virtual' as const, now: clock.nowMs() }
        : { clock: 'real' as const }
      const others = server.nodes.length > 0 ? { nodes: [...server.nodes] } : {}
      return { ready: { url, ...IMPLEMENTATION, ...stands, ...others, many: true, ...told } }
    },
    async advance({ url, seconds }) {
      const { clock } = find(url)
      if (!clock) throw new Unsupported('advance')
      return { advanced: { seconds: await clock.advance(seconds) } }
    },
    async drain({ url }) {
      await find(url).server.drain()
      running.delete(url)
      return { drained: {} }
    },
    async stop({ url }) {
      const { server } = find(url)
      running.delete(url)
      await server.stop()
      return { stopped: {} }
    },
    stopAll: () => Promise.all([...running.values()].map(({ server }) => server.stop())),
  }
}
