/** The specification's state tables as the fuzzer reads them; it alone knows their form and counts the cells visited. */

import { readFileSync } from 'node:fs'

/** What a machine does in one state when one event comes. */
export interface Cell {
  readonly next?: string
  readonly emits?: readonly string[]
  /** Rows of the registry, as `4300 token-expired`; one of them is the refusal. */
  readonly refuse?: readonly string[]
  readonly ignore?: string
  readonly never?: string
}

/** One state machine of the specification. */
export interface StateTable {
  readonly name: string
  readonly initial: string
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>
}

/** The tables whose machines the fuzzer follows. */
export const FOLLOWED = [
  'token',
  'connection',
  'presence-sender',
  'webhook-attempt',
  'socket',
] as const

/** The name of a table that is followed. */
export type TableName = (typeof FOLLOWED)[number]

/** The tables of a revision, by name. */
export type Tables = Readonly<Record<TableName, StateTable>>

/** A cell as it is cited: `connection: current x newer`. */
export type CellName = `${TableName}: ${string} x ${string}`

/** Reads the tables of a revision that ship with the suite. */
export function readTables(revision = '1.0'): Tables {
  const file = new URL(`../../requirements/states-${revision}.json`, import.meta.url)
  const all = JSON.parse(readFileSync(file, 'utf8')) as StateTable[]
  const rows = FOLLOWED.map((name) => [name, all.find((table) => table.name === name)] as const)
  return Object.fromEntries(rows) as Tables
}

/** The cell of a table. Throws where there is none, which is a defect of the fuzzer. */
export function cellOf({ name, cells }: StateTable, state: string, event: string): Cell {
  const cell = cells[state]?.[event]
  if (!cell) throw new Error(`the table ${name} has no cell ${state} x ${event}`)
  return cell
}

/** The codes, statuses or close codes, of a cell's refusals. */
export function codesOf({ refuse = [] }: Cell): readonly number[] {
  return refuse.map((row) => Number.parseInt(row, 10))
}

/** Follows one machine and notes each cell that it passes. */
export class Machine {
  state: string
  readonly #table: StateTable
  readonly #visited: Set<CellName>

  constructor(table: StateTable, visited: Set<CellName>) {
    this.#table = table
    this.#visited = visited
    this.state = table.initial
  }

  /** Lets an event happen and returns its cell. Throws where the table says that it cannot. */
  see(event: string): Cell {
    const cell = cellOf(this.#table, this.state, event)
    if (cell.never !== undefined)
      throw new Error(`${cellName(this.#table, this.state, event)} cannot happen: ${cell.never}`)
    this.#visited.add(cellName(this.#table, this.state, event))
    this.state = cell.next ?? this.state
    return cell
  }
}

/** How a cell is cited. */
export function cellName({ name }: StateTable, state: string, event: string): CellName {
  return `${name as TableName}: ${state} x ${event}`
}

/** How many cells of each table can happen. */
export function countCells(tables: Tables): ReadonlyMap<TableName, number> {
  return new Map(
    FOLLOWED.map((name) => {
      const cells = Object.values(tables[name].cells).flatMap((row) => Object.values(row))
      return [name, cells.filter(({ never }) => never === undefined).length]
    }),
  )
}
