import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { holding } from './contract-holding.ts'
import { makeSqliteEngine } from './sqlite-engine.ts'

/** Statements that run once for each start, or look at no more than the rows that they are told. */
const MAY_SCAN = [
  'SELECT count(*) AS tables FROM sqlite_schema',
  'SELECT count(*) AS messages, coalesce(sum(bytes), 0) AS bytes FROM messages',
  'SELECT coalesce(sum(results), 0) AS results FROM posts',
  'SELECT count(*) AS rows FROM revocations',
  'DELETE FROM revocations',
  'SELECT * FROM sockets ORDER BY rowid',
  'SELECT * FROM clients WHERE changed_by IS NOT NULL AND acknowledged < version ORDER BY id',
  ...[
    'messages SET at_ms',
    'posts SET at_ms',
    'revocations SET at_ms',
    'clients SET used_at_ms',
  ].map((change) => `UPDATE ${change} = ?1 WHERE ${change.split(' ')[2]} > ?1`),
]

/** Tables of one row, or of a few. */
const SMALL = /^SCAN (service|secrets)$/

test('no statement of a running broker looks at a whole table', async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  onTestFinished(() => prepare.mockRestore())
  const engine = await makeSqliteEngine()
  onTestFinished(() => engine.dispose())
  await engine.open(holding())
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql))
  const [db] = prepare.mock.contexts as DatabaseSync[]
  expect(statements.size).toBeGreaterThan(40)
  prepare.mockRestore()

  const scans: string[] = []
  for (const sql of statements) {
    if (!/^(SELECT|UPDATE|DELETE)/.test(sql) || MAY_SCAN.includes(sql)) continue
    const plan = db?.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
    // A scan that ends with the first row is a look at one.
    for (const { detail } of plan)
      if (detail.startsWith('SCAN ') && !SMALL.test(detail) && !/LIMIT 1$/.test(sql))
        scans.push(`${sql}: ${detail}`)
  }
  expect(scans).toEqual([])
})
