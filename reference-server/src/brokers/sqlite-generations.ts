/** Generations of tokens in a file; it alone knows how many revocations are remembered there, and for how long. */
import type { DatabaseSync } from 'node:sqlite'
import type { Generations } from './memory-generations.ts'
import { type BrokerParts, MOST_REVOCATIONS, REMEMBERED_MS } from './parts.ts'
import { prepare } from './sqlite-statement.ts'

/** Generations, each step of which may be undone. */
export interface SqliteGenerations extends Generations {
  /** Counts anew what is remembered, as the steps since the last write are undone. */
  undo(): void
}

/**
 * The generations of a file. Where more are remembered than may be, all of them are given up for a new floor, so that
 * every token that was minted before is dead.
 * @spec control.revoke.restart
 */
export function makeSqliteGenerations(
  db: DatabaseSync,
  { clock, rules }: Pick<BrokerParts, 'clock' | 'rules'>,
  most = MOST_REVOCATIONS,
): SqliteGenerations {
  const find = prepare<{ generation: number }>(
    db,
    'SELECT generation FROM revocations WHERE client_id = ?',
  )
  const newestOf = prepare<{ newest: number }>(
    db,
    `SELECT max(generation_floor, coalesce((SELECT max(generation) FROM revocations), 0)) AS newest
     FROM service`,
  )
  // Rows lie in the order of their revocation, so that the first is forgotten first.
  const oldest = prepare<{ rowid: number; at_ms: number }>(
    db,
    'SELECT rowid, at_ms FROM revocations ORDER BY rowid LIMIT 1',
  )
  const forget = prepare(db, 'DELETE FROM revocations WHERE rowid = ?')
  const forgetOf = prepare(db, 'DELETE FROM revocations WHERE client_id = ?')
  const count = prepare<{ rows: number }>(db, 'SELECT count(*) AS rows FROM revocations')
  const insert = prepare(db, 'INSERT INTO revocations VALUES (?, ?, ?)')
  const clear = prepare(db, 'DELETE FROM revocations')
  const raise = prepare(db, 'UPDATE service SET generation_floor = ?')
  const floorOf = prepare<{ generation_floor: number }>(db, 'SELECT generation_floor FROM service')
  let newest = newestOf.get()?.newest ?? 0
  /** Rows that there are; nothing where they have to be counted. */
  let remembered: number | undefined

  /** Forgets those that are too old, and answers how many. */
  function forgetExpired(nowMs: number): number {
    let forgotten = 0
    for (let row = oldest.get(); row && row.at_ms < nowMs - REMEMBERED_MS; row = oldest.get()) {
      forget.run(row.rowid)
      forgotten += 1
    }
    return forgotten
  }

  return {
    of: (clientId) => find.get(clientId)?.generation ?? floorOf.get()?.generation_floor ?? newest,
    begin(clientId) {
      const atMs = clock.nowMs()
      newest = rules.decideEpoch(atMs, newest)
      const before = remembered ?? count.get()?.rows ?? 0
      const rest = before - forgetExpired(atMs) - Number(forgetOf.run(clientId).changes)
      if (rest < most) {
        insert.run(clientId, newest, atMs)
        remembered = rest + 1
      } else {
        clear.run()
        raise.run(newest)
        remembered = 0
      }
      return newest
    },
    undo() {
      remembered = undefined
    },
  }
}
