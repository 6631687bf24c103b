/** The model of tokens: what each one opens, and until when. */

import { type CellName, codesOf, Machine, type Tables } from '../states.ts'

/** A span of time in which something happened, in milliseconds since 1970. */
export interface Span {
  readonly earliestMs: number
  readonly latestMs: number
  /** Number of the event by which the suite knew that it had happened. */
  readonly seenN?: number
}

/** What a service may do with an offered token. */
export interface Offered {
  readonly mayWelcome: boolean
  /** Close codes with which it may be refused. */
  readonly codes: readonly number[]
  readonly requirement: string
  readonly cell: CellName
}

/** One token. */
export class TokenModel {
  /** When it expires, by the clock of the suite. */
  readonly expiry: Span
  readonly #machine: Machine

  constructor(tables: Tables, visited: Set<CellName>, minted: Span, ttlSeconds: number) {
    this.#machine = new Machine(tables.token, visited)
    this.#machine.see('mint')
    this.expiry = {
      earliestMs: minted.earliestMs + ttlSeconds * 1000,
      latestMs: minted.latestMs + ttlSeconds * 1000,
    }
  }

  /** Another token of its client was minted. */
  seeAnother(): void {
    this.#machine.see('mint-other')
  }

  /** A disconnect that revokes was answered. */
  revoke(): void {
    this.#machine.see('revoke')
  }

  /** Time has passed; it is expired for certain from `expiry.latestMs` on. */
  seeTime(nowMs: number): void {
    if (this.#machine.state === 'live' && nowMs > this.expiry.latestMs) this.#machine.see('expire')
  }

  /** What may become of a connection that offers it during this time. */
  offer({ earliestMs, latestMs }: Span): Offered {
    this.seeTime(earliestMs)
    const { state } = this.#machine
    const mayBeExpired = latestMs >= this.expiry.earliestMs
    const cell = this.#machine.see('connect')
    const codes = codesOf(cell).filter((code) => code !== 4300 || mayBeExpired)
    const isEither = state === 'live' && mayBeExpired
    return {
      mayWelcome: state === 'live',
      codes: isEither ? [4300] : codes,
      requirement: REQUIREMENTS[state] ?? 'token.invalid.refused',
      cell: `token: ${state} x connect`,
    }
  }
}

/** Notes that a token was offered which nobody minted. */
export function seeUnknown(tables: Tables, visited: Set<CellName>): void {
  new Machine(tables.token, visited).see('connect')
}

const REQUIREMENTS: Readonly<Record<string, string>> = {
  live: 'token.live.accept',
  expired: 'token.expired.refused',
  revoked: 'control.revoke.dead',
}
