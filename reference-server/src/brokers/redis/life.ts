/** The life of a node in the shared store: it alone knows when it has a place there, loses it, and takes over another's. */
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../clock.ts'
import type { Cancel, Log, NodeEvents } from '../../ports.ts'
import { type Link, saysOf } from './link.ts'
import { namePrefix, nameStore } from './names.ts'
import { ADOPT, ENTER, QUIT, RENEW, RETURN } from './nodes.ts'
import { type LAPSED, LOST } from './script.ts'
import { type OwedFacts, readOwed } from './senders.ts'
import type { Steps } from './steps.ts'

/** What the life of a node is built of. */
export interface LifeParts {
  link: Link
  log: Log
  steps: Steps
  database: number
  leaseMs: number
  /** The least epoch of a store that begins. */
  epochFloor: number
  events(): NodeEvents
  /** Called when a place is lost, and with it everything that hung on it. */
  onLost(): void
  /** Called when there is a place anew; `began` where the store began anew as well. */
  onEntered(began: boolean): Promise<void>
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
  let connectedAtMs = Number.POSITIVE_INFINITY
  let cancelRenewal: Cancel = () => {}
  let entering: Promise<void> | undefined

  const hasLease = (): boolean => performance.now() < leaseUntilMs
  const extend = (sentAtMs: number): void => {
    leaseUntilMs = sentAtMs + leaseMs * SURE
    if (!hadLease) parts.onRegained()
    hadLease = true
  }

  /** Takes a place; where one was lost, everything that hung on it is over first. */
  async function enter(lost: string): Promise<void> {
    const had = steps.standing().node !== ''
    isIn = false
    leaseUntilMs = Number.NEGATIVE_INFINITY
    if (had) parts.onLost()
    const node = randomUUID()
    const sentAtMs = performance.now()
    const prefix = namePrefix(parts.database, '').slice(0, -1)
    const args = [lost, String(parts.epochFloor), node, String(leaseMs), prefix]
    type Entered = [generation: string, floor: string, created: number]
    const [generation, floor, created] = await link.run<Entered>(ENTER, [store], args)
    if (stopped) return
    steps.enter({ generation, floor: Number(floor), node })
    isIn = true
    hadLease = true
    extend(sentAtMs)
    if (created && had) log.warn({}, 'the store lost its state: all clients begin anew')
    else if (had) log.warn({}, 'this node was taken for dead: its clients connect anew')
    await parts.onEntered(created === 1 && had)
  }

  function enterOnce(lost: string): Promise<void> {
    entering ??= enter(lost).finally(() => {
      entering = undefined
    })
    return entering
  }

  async function comeBack(): Promise<void> {
    const { generation, node } = steps.standing()
    if (node === '') return enterOnce('')
    const sentAtMs = performance.now()
    const { prefix } = steps.names()
    const args = [generation, node, String(steps.answered()), String(leaseMs), prefix]
    const became = await link.run<string>(RETURN, [store], args)
    if (became === 'lost') return enterOnce(generation)
    if (became === 'expelled') return enterOnce('')
    hadLease = true
    extend(sentAtMs)
    await parts.onReturned()
  }

  async function renew(): Promise<void> {
    if (!isIn || !link.isConnected()) return
    const sentAtMs = performance.now()
    hadLease &&= hasLease()
    // After a start of the store no lease says anything until its holders could come back.
    const judges = sentAtMs - connectedAtMs > leaseMs
    const { node } = steps.standing()
    const [kept, gone = []] = await steps.loose<[number, string[]?]>(RENEW, [
      leaseMs,
      judges ? '1' : '0',
    ])
    if (steps.standing().node !== node) return
    if (kept === 0) return enterOnce('')
    extend(sentAtMs)
    for (const dead of gone) await adopt(dead)
  }

  async function adopt(dead: string): Promise<void> {
    type Adopted = [orphans: [string, string, string][], owed: OwedFacts[], began: number]
    const [orphans, owed, began] = await steps.loose<Adopted>(ADOPT, [dead])
    if (orphans.length + owed.length > 0)
      log.info({ clients: orphans.length, states: owed.length }, 'took over what a node left')
    for (const [clientId, connectionId, leftFor] of orphans)
      parts.events().orphaned(clientId, connectionId, leftFor || undefined)
    parts.events().recall(owed.map(readOwed))
    if (began === 1) parts.events().began(steps.standing().floor)
  }

  function keepRenewing(): void {
    cancelRenewal()
    if (stopped) return
    cancelRenewal = systemClock.after(leaseMs / RENEWALS, () => {
      renew()
        .catch(async (cause: unknown) => {
          if (saysOf(cause).startsWith(LOST)) await enterOnce('')
          else log.debug({ err: cause }, 'the lease was not renewed')
        })
        .catch(() => {})
        .finally(keepRenewing)
    })
  }

  return {
    isIn: () => isIn,
    hasLease,
    connected: async () => {
      connectedAtMs = performance.now()
      await comeBack()
      keepRenewing()
    },
    disconnected: () => {
      connectedAtMs = Number.POSITIVE_INFINITY
    },
    fenced: (how) => {
      if (how === LOST) enterOnce('').catch(() => {})
      else renew().catch(() => {})
    },
    quit: async () => {
      stopped = true
      cancelRenewal()
      if (isIn && link.isUp()) await steps.loose(QUIT, []).catch(() => {})
      isIn = false
    },
  }
}
