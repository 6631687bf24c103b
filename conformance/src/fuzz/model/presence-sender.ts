/** The model of reporting: every order of changes and attempts that the state table allows, and none other. */

import { type CellName, cellName, cellOf, type StateTable } from '../states.ts'
import type { Change } from './presence.ts'

/** The sender of one client id as it may be. */
interface Possible {
  readonly state: string
  /** How many versions there are. */
  readonly versions: number
  /** Since when at the latest it is in this state. */
  readonly sinceMs: number
}

/** Bounds within which a sender acts, in milliseconds. */
export interface SenderBounds {
  /** How much later than an instant the suite may learn of it. */
  readonly slackMs: number
  /** Longest time in `due` or `owed`. */
  readonly dueMs: number
  /** Longest time in `retrying` after this many attempts. */
  readonly retryMs: (attempts: number) => number
}

/** What was seen of the webhooks about a client id. */
export type Seen =
  | { readonly kind: 'attempt'; readonly atMs: number; readonly version: number }
  | {
      readonly kind: 'answer'
      readonly atMs: number
      /** Number of its event: what the suite saw before, the service did before. */
      readonly n: number
      readonly events: readonly string[]
    }

/** Follows all senders that are possible at once. */
export class SenderModel {
  #possible: Possible[] = [{ state: 'settled', versions: 0, sinceMs: 0 }]
  #attempts = 0
  readonly #table: StateTable
  readonly #changes: readonly Change[]
  readonly #bounds: SenderBounds
  readonly #visited: Set<CellName>

  constructor(
    table: StateTable,
    changes: readonly Change[],
    bounds: SenderBounds,
    visited: Set<CellName>,
  ) {
    this.#table = table
    this.#changes = changes
    this.#bounds = bounds
    this.#visited = visited
  }

  /** States that are possible, for a reader. */
  get states(): string {
    const each = this.#possible.map(({ state, versions }) => `${state} at version ${versions}`)
    return [...new Set(each)].join(' or ')
  }

  /** The one state that is possible; undefined where there are several. */
  get state(): string | undefined {
    const states = new Set(this.#possible.map(({ state }) => state))
    return states.size === 1 ? this.#possible[0]?.state : undefined
  }

  /** Lets time pass; false where every possible sender should have acted before. */
  pass(atMs: number): boolean {
    const before = this.#possible
    this.#fire(atMs)
    this.#possible = this.#possible.filter((one) => !this.#isLate(one, atMs))
    if (this.#possible.length > 0) return true
    this.#possible = before
    return false
  }

  /** Takes in what was seen; false where no possible sender can have done it. */
  take(seen: Seen): boolean {
    const before = this.#possible
    this.#fire(seen.atMs, seen.kind === 'answer' ? seen.n : 0)
    if (seen.kind === 'attempt') {
      this.#apply(seen.atMs, ['slot'], ({ versions }) => versions === seen.version)
    } else this.#apply(seen.atMs, seen.events, () => true)
    if (this.#possible.length === 0) {
      this.#possible = before
      return false
    }
    return true
  }

  /** Tells how often the current version was attempted, for its schedule. */
  countAttempts(attempts: number): void {
    this.#attempts = attempts
  }

  /** Whether some possible sender owes nothing at the end, all versions known. */
  isCalm(): boolean {
    return this.#possible.some(
      ({ state, versions }) =>
        versions === this.#changes.length && (state === 'settled' || state === 'given-up'),
    )
  }

  /** Changes may have happened from their earliest instant on, and must have happened after their latest. */
  #fire(atMs: number, answerN = 0): void {
    const reached = new Map<string, Possible>()
    const add = (one: Possible): void => {
      const key = `${one.state} ${one.versions}`
      const known = reached.get(key)
      if (!known || known.sinceMs < one.sinceMs) reached.set(key, one)
    }
    for (let each = this.#possible; each.length > 0; ) {
      const next: Possible[] = []
      for (const one of each) {
        const change = this.#changes[one.versions]
        const isKnown = (change?.seenN ?? answerN) < answerN
        if (!change || (!isKnown && atMs <= change.latestMs + this.#bounds.slackMs)) add(one)
        if (!change || change.earliestMs > atMs) continue
        const state = this.#follow(one.state, 'change', each.length === 1)
        if (state !== undefined)
          next.push({
            state,
            versions: one.versions + 1,
            sinceMs: Math.max(one.sinceMs, change.latestMs),
          })
      }
      each = next
    }
    this.#possible = [...reached.values()]
  }

  #apply(atMs: number, events: readonly string[], test: (one: Possible) => boolean): void {
    const able = this.#possible.filter(test)
    const next = new Map<string, Possible>()
    for (const one of able) {
      for (const event of events) {
        const state = this.#follow(one.state, event, able.length * events.length === 1)
        if (state !== undefined)
          next.set(`${state} ${one.versions}`, { state, versions: one.versions, sinceMs: atMs })
      }
    }
    this.#possible = [...next.values()]
  }

  /** Where an event leads; undefined where it leads nowhere. */
  #follow(state: string, event: string, isCertain: boolean): string | undefined {
    const { next } = cellOf(this.#table, state, event)
    if (next !== undefined && isCertain) this.#visited.add(cellName(this.#table, state, event))
    return next
  }

  #isLate({ state, sinceMs }: Possible, atMs: number): boolean {
    const { slackMs, dueMs, retryMs } = this.#bounds
    const limitMs =
      state === 'due' || state === 'owed'
        ? dueMs
        : state === 'retrying'
          ? retryMs(this.#attempts)
          : Number.POSITIVE_INFINITY
    return atMs > sinceMs + limitMs + slackMs
  }
}
