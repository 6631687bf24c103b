/** The life of a node in the shared store: it alone knows when it has a place there, loses it, and takes over another's. */
import { randomUUID } from 'node:crypto'
import type { NodeEvents, PresenceState } from '../../broker-port.ts'
import { systemClock } from '../../clock.ts'
import type { Cancel, Log } from '../../ports.ts'
import { type Link, saysOf } from './link.ts'
import { namePrefix, nameStore } from './names.ts'
import { ADOPT, ENTER, QUIT, RENEW, RETURN } from './nodes.ts'
import { type LAPSED, LOST } from './script.ts'
import { type OwedFacts, readOwed } from './senders.ts'
import { readOwedSocket } from './sockets.ts'
import type { Steps } from './steps.ts'

/** What the life of a node is built of. */
export interface LifeParts {
  link: Link
  log: Log
  steps: Steps
  database: number
  leaseMs: number
  /** What no two nodes that run are called, or nothing. */
  name: string
  /** The least epoch of a store that begins. */
  epochFloor: number
  events(): NodeEvents
  isListenedTo(): boolean
  /** Brings a state to the node that tells the application of its client id. */
  route(state: PresenceState): void
  /** Called when a place is lost, and with it everything that hung on it. */
  onLost(): void
  /** Called when there is a place anew; where the store began anew for that, with the generation that is over. */
  onEntered(over: string | undefined): Promise<void>
  /** Called when the place was kept while the connection was not. */
  onReturned(): Promise<void>
  /** Called when the lease is there again that had run out. */
  onRegained(): void
}

/** The life of one node. */
export interface Life {
  /** Whether there is a place. */
  isIn(): boolean
  /** Whether the lease lasts, by a clock that cannot be set. */
  hasLease(): boolean
  /** The connection to the store is there, for the first time or again. */
  connected(): Promise<void>
  /** The connection to the store is gone. */
  disconnected(): void
  /** A step found another generation, or no lease. */
  fenced(how: typeof LOST | typeof LAPSED): void
  /** Looks for what others left. */
  look(): void
  /** Gives the place up. */
  quit(): Promise<void>
}

// Of the lease as the store counts it: clocks do not run alike, and a write takes a moment.
const SURE = 0.9
const RENEWALS = 4

/** The life of a node that has no place yet. */
export function makeLife(parts: LifeParts): Life {
  const { link, log, steps, leaseMs } = parts
  const store = nameStore(parts.database)
  let isIn = false
  let stopped = false
  let leaseUntilMs = Number.NEGATIVE_INFINITY
  let hadLease = false
  /** Since when it would be heard of every node that is there. */
  let hearsSinceMs = Number.POSITIVE_INFINITY
  /** A generation of which writes are lost. */
  let lostGeneration = ''
  let cancelRenewal: Cancel = () => {}
  let entering: Promise<void> | undefined
  let renewing: Promise<void> | undefined

  const hasLease = (): boolean => performance.now() < leaseUntilMs
  const extend = (sentAtMs: number): void => {
    leaseUntilMs = sentAtMs + leaseMs * SURE
    if (!hadLease) parts.onRegained()
    hadLease = true
  }

  /** Takes a place; where one was lost, everything that hung on it is over first. */
  async function enter(): Promise<void> {
    const { node: former, generation: left } = steps.standing()
    if (isIn) parts.onLost()
    isIn = false
    leaseUntilMs = Number.NEGATIVE_INFINITY
    const node = randomUUID()
    const sentAtMs = performance.now()
    const root = namePrefix(parts.database, '').slice(0, -1)
    const { epochFloor, name } = parts
    const args = [lostGeneration, String(epochFloor), node, String(leaseMs), root, name]
    type Entered = [generation: string, floor: string, created: number]
    const [generation, floor, created] = await link.run<Entered>(ENTER, [store], args)
    if (stopped) return
    lostGeneration = ''
    steps.enter({ generation, floor: Number(floor), node })
    isIn = true
    hadLease = true
    extend(sentAtMs)
    if (former === '') return parts.onEntered(undefined)
    if (created === 1) log.warn({}, 'the store lost its state: all clients begin anew')
    else log.warn({}, 'this node has lost its place in the store: its clients connect anew')
    await parts.onEntered(created === 1 ? left : undefined)
  }

  function enterOnce(): Promise<void> {
    entering ??= enter().finally(() => {
      entering = undefined
    })
    return entering
  }

  async function comeBack(): Promise<void> {
    if (!isIn) return enterOnce()
    const { generation, node } = steps.standing()
    const sentAtMs = performance.now()
    const { prefix } = steps.names()
    const args = [generation, node, String(steps.answered()), String(leaseMs), prefix]
    const became = await link.run<string>(RETURN, [store], args)
    if (became === 'lost') lostGeneration = generation
    if (became !== 'kept') return enterOnce()
    hadLease = true
    extend(sentAtMs)
    await parts.onReturned()
  }

  async function renew(): Promise<void> {
    if (!link.isConnected()) return
    if (!isIn) return enterOnce()
    const sentAtMs = performance.now()
    hadLease &&= hasLease()
    // After a start of the store no lease says anything until its holders could come back.
    const judges = sentAtMs - hearsSinceMs > leaseMs
    const { node } = steps.standing()
    type Renewed = [kept: number, lasted: number, gone: string[]]
    const args = [leaseMs, judges ? '1' : '0']
    const [kept, lasted, gone] = await steps.loose<Renewed>(RENEW, args)
    if (steps.standing().node !== node) return
    if (kept === 0) return enterOnce()
    if (lasted === 0) hearsSinceMs = performance.now()
    extend(sentAtMs)
    // What is taken over has to be heard by somebody.
    if (parts.isListenedTo()) for (const dead of gone) await adopt(dead)
  }

  function renewOnce(): Promise<void> {
    renewing ??= renew()
      .catch(async (cause: unknown) => {
        if (saysOf(cause).startsWith(LOST)) await enterOnce()
        else log.debug({ err: cause }, 'the lease was not renewed')
      })
      .catch((cause: unknown) => log.debug({ err: cause }, 'no place was found in the store'))
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  async function adopt(dead: string): Promise<void> {
    type Adopted = [
      orphans: [string, string, string][],
      owed: OwedFacts[],
      began: number,
      sockets: string[],
    ]
    const [orphans, owed, began, sockets] = await steps.loose<Adopted>(ADOPT, [dead])
    const taken = { clients: orphans.length, states: owed.length, sockets: sockets.length }
    if (Object.values(taken).some((count) => count > 0))
      log.info(taken, 'took over what a node left')
    for (const [clientId, connectionId, leftFor] of orphans)
      parts.events().orphaned(clientId, connectionId, leftFor || undefined)
    const isLeft = (facts: OwedFacts): boolean => facts[11] === 'left'
    parts.events().recall(owed.filter(isLeft).map(readOwed))
    for (const facts of owed) if (!isLeft(facts)) parts.route(readOwed(facts).state)
    if (began === 1) parts.events().began(steps.standing().floor)
    parts.events().orphanedSockets(sockets.map(readOwedSocket))
  }

  function keepRenewing(): void {
    cancelRenewal()
    if (stopped) return
    cancelRenewal = systemClock.after(leaseMs / RENEWALS, () => {
      void renewOnce().finally(keepRenewing)
    })
  }

  return {
    isIn: () => isIn,
    hasLease,
    connected: async () => {
      hearsSinceMs = performance.now()
      await comeBack()
      keepRenewing()
    },
    disconnected: () => {
      hearsSinceMs = Number.POSITIVE_INFINITY
    },
    fenced: (how) => {
      if (how === LOST) enterOnce().catch(() => {})
      else void renewOnce()
    },
    look: () => void renewOnce(),
    quit: async () => {
      stopped = true
      cancelRenewal()
      if (isIn && link.isUp()) await steps.loose(QUIT, []).catch(() => {})
      isIn = false
    },
  }
}
