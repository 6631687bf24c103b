/** The model of connections: what each one must be sent, and how it may end. */

import { type CellName, codesOf, Machine, type Tables } from '../states.ts'
import type { Accepted } from './message.ts'
import type { TokenModel } from './token.ts'

/** A message that a connection must be sent. */
export interface Due {
  readonly accepted: Accepted
  readonly isReplay: boolean
}

/** One connection that was welcomed. */
export class ConnectionModel {
  readonly role: string
  readonly id: string
  readonly token: TokenModel
  readonly messages: Due[] = []
  readonly broadcasts: Due[] = []
  /** Whether the service may not know yet that the client is lost. */
  isDoubtful = false
  readonly #machine: Machine

  constructor(role: string, id: string, token: TokenModel, tables: Tables, visited: Set<CellName>) {
    this.role = role
    this.id = id
    this.token = token
    this.#machine = new Machine(tables.connection, visited)
    this.#machine.see('accepted')
  }

  get isCurrent(): boolean {
    return this.#machine.state === 'current'
  }

  /** Something happens; the close codes that its cell allows. */
  see(event: string): readonly number[] {
    return codesOf(this.#machine.see(event))
  }

  /** Its end was seen, from whichever side. */
  finish(): void {
    if (this.#machine.state === 'closing') this.#machine.see('close')
  }

  /** A thing that has no effect unless it is current. */
  seeIdle(event: string): void {
    if (!this.isCurrent) this.#machine.see(event)
  }
}

/** Notes a connection that was refused, at the upgrade or after it. */
export function seeRefused(
  how: 'malformed' | 'refused',
  tables: Tables,
  visited: Set<CellName>,
): readonly number[] {
  const machine = new Machine(tables.connection, visited)
  const codes = codesOf(machine.see(how))
  if (machine.state === 'closing') machine.see('close')
  return codes
}
