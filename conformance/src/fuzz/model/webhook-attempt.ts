/** The model of one webhook-id: which cells of its table were passed; what may be sent is the sender's to say. */

import { type CellName, cellName, cellOf, type Tables } from '../states.ts'

/** One webhook-id, from its first attempt on. */
export class AttemptModel {
  #state = 'waiting'
  readonly #tables: Tables
  readonly #visited: Set<CellName>

  constructor(tables: Tables, visited: Set<CellName>) {
    this.#tables = tables
    this.#visited = visited
  }

  /** Something happened to it; what cannot happen was not seen in that order and is left out. */
  take(event: string): void {
    const table = this.#tables['webhook-attempt']
    const cell = cellOf(table, this.#state, event)
    if (cell.never !== undefined) return
    this.#visited.add(cellName(table, this.#state, event))
    this.#state = cell.next ?? this.#state
  }
}
