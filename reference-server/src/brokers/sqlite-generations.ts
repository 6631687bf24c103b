/** Generations of tokens in a file; it alone knows how many revocations are remembered there, and for how long. */
import type { DatabaseSync } from 'node:sqlite'
import type { Generations } from './memory-generations.ts'
import { type BrokerParts, MOST_REVOCATIONS, REMEMBERED_MS } from './parts.ts'
import { prepare } from './sqlite-statement.ts'

/**
 * The generations of a file. Where more are remembered than may be, all of them are given up for a new floor, so that
 * every token that was minted before is dead.
 * @spec control.revoke.restart
 */
export function makeSqliteGenerations(
  db: DatabaseSync,
  { clock, rules }: Pick<BrokerParts, 'clock' | 'rules'>,
  most = MOST_REVOCATIONS,
): Generations {
  const find = prepare<{ generation: number }>(
    db,
    'SELECT generation FROM revocations WHERE client_id = ?',
  )
  const newestOf = prepare<{ newest: number }>(
    db,
    `SELECT max(generation_floor, coalesce((SELECT max(generation) FROM revocations), 0)) AS newest
     FROM service`,
  )
  const forget = prepare(db, 'DELETE FROM revocations WHERE at_ms < ? OR client_id = ?')
  const count = prepare<{ remembered: number }>(
    db,
    'SELECT count(*) AS remembered FROM revocations',
  )
  const insert = prepare(db, 'INSERT INTO revocations VALUES (?, ?, ?)')
  const clear = prepare(db, 'DELETE FROM revocations')
  const raise = prepare(db, 'UPDATE service SET generation_floor = ?')
  const floorOf = prepare<{ generation_floor: number }>(db, 'SELECT generation_floor FROM service')
  let newest = newestOf.get()?.newest ?? 0

  return {
    of: (clientId) => find.get(clientId)?.generation ?? floorOf.get()?.generation_floor ?? newest,
    begin(clientId) {
      const atMs = clock.nowMs()
      newest = rules.decideEpoch(atMs, newest)
      forget.run(atMs - REMEMBERED_MS, clientId)
      if ((count.get()?.remembered ?? 0) < most) insert.run(clientId, newest, atMs)
      else {
        clear.run()
        raise.run(newest)
      }
      return newest
    },
  }
}
