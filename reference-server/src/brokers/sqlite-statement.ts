/** Prepared statements with types; it alone knows what node:sqlite calls them. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A prepared statement; methods throw what SQLite does. */
export interface Statement<Row> {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  run(...values: SQLInputValue[]): { changes: number | bigint }
}

/** Prepares a statement whose rows have this shape. */
export function prepare<Row = never>(db: DatabaseSync, sql: string): Statement<Row> {
  return db.prepare(sql) as unknown as Statement<Row>
}
