/** Posts with a key in a file; it alone knows which are running, which were left unfinished and what the others were answered. */
import type { DatabaseSync } from 'node:sqlite'
import type { Act, Claim, FirstPost, KeyedPost, StreamCounters } from '../broker-port.ts'
import { type BrokerParts, ROWS_AT_ONCE } from './parts.ts'
import { prepare } from './sqlite-statement.ts'

type Answer = Required<FirstPost>['answer']

/** What was accepted as an act. */
export interface AcceptedAct extends StreamCounters {
  stored: boolean | undefined
}

/** The operations on posts with a key. */
export interface SqlitePosts {
  /** Whether something is due for `sweep`. */
  isOverdue(): boolean
  /** Forgets some of what is due, this one first where one is named, and answers whether there is more. */
  sweep(scope?: string): boolean
  /** Reads alone: what is running is known to this process, and what was accepted to the file. */
  claim(post: KeyedPost): Claim
  keepAnswer(post: KeyedPost, answer: Answer, results: number): void
  /** Ends the running of a post. */
  end(scope: string): void
  /** Whether anything of a post that was not answered is in the file. */
  isUnfinished(scope: string): boolean
  /** Forgets everything of a post that was not answered. */
  forgetUnfinished(scope: string): void
  findAct(act: Act): AcceptedAct | undefined
  noteAct(act: Act, accepted: AcceptedAct): void
  /** Notes where a step begins. */
  begin(): void
  /** Takes the count of results back to where the step began. */
  undo(): void
}

interface Row {
  scope: string
  digest: string
  answer: string | null
  results: number
  at_ms: number
}

/**
 * The posts of a file. One that a process left unfinished counts as new where it comes again, and as used where its key
 * comes with another body.
 * @spec idempotency.repeat.once
 * @spec idempotency.results.bounded
 */
export function makeSqlitePosts(
  db: DatabaseSync,
  { clock, metrics, rules, timings }: BrokerParts,
): SqlitePosts {
  const find = prepare<Row>(db, 'SELECT * FROM posts WHERE scope = ?')
  const oldest = prepare<Row>(db, 'SELECT * FROM posts ORDER BY at_ms LIMIT 1')
  const sum = prepare<{ results: number }>(
    db,
    'SELECT coalesce(sum(results), 0) AS results FROM posts',
  )
  const keep = prepare(db, 'INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?, ?)')
  const beginPost = prepare(db, 'INSERT OR IGNORE INTO posts VALUES (?, ?, NULL, 0, ?)')
  const remove = prepare(db, 'DELETE FROM posts WHERE scope = ?')
  const removeActs = prepare(db, 'DELETE FROM acts WHERE scope = ?')
  const findAct = prepare<StreamCounters & { stored: number | null }>(
    db,
    'SELECT epoch, seq, stored FROM acts WHERE scope = ? AND item = ?',
  )
  const insertAct = prepare(db, 'INSERT INTO acts VALUES (?, ?, ?, ?, ?)')
  const running = new Map<string, FirstPost>()
  let kept = sum.get()?.results ?? 0
  let before = kept
  metrics.gauge('idempotency_results_kept', () => kept)

  function isOverdue(row: Row | undefined): row is Row {
    if (!row) return false
    const post = { answeredAtMs: row.at_ms }
    return rules.decideForgottenAtMs(post, timings.idempotency_window_seconds) <= clock.nowMs()
  }

  function forget({ scope, results }: Row): void {
    remove.run(scope)
    removeActs.run(scope)
    kept -= results
  }

  function firstOf({ scope, digest }: KeyedPost): FirstPost | undefined {
    const row = find.get(scope)
    if (row?.answer) {
      const answer = JSON.parse(row.answer) as Answer
      return { digest: row.digest, answer, answeredAtMs: row.at_ms }
    }
    const first = running.get(scope)
    if (first) return first
    return row && row.digest !== digest
      ? { digest: row.digest, answeredAtMs: row.at_ms }
      : undefined
  }

  return {
    isOverdue: () => isOverdue(oldest.get()),
    sweep(scope) {
      const own = scope === undefined ? undefined : find.get(scope)
      if (isOverdue(own)) forget(own)
      let row = oldest.get()
      for (let left = ROWS_AT_ONCE; left > 0 && isOverdue(row); left -= 1) {
        forget(row)
        row = oldest.get()
      }
      return isOverdue(row)
    },
    claim(post) {
      const first = firstOf(post)
      const claim = {
        first,
        results: kept + running.size,
        oldestAtMs: oldest.get()?.at_ms,
      }
      if (!first) running.set(post.scope, { digest: post.digest, answeredAtMs: clock.nowMs() })
      return claim
    },
    keepAnswer({ scope, digest }, answer, results) {
      keep.run(scope, digest, JSON.stringify(answer), results, clock.nowMs())
      removeActs.run(scope)
      kept += results
    },
    end: (scope) => running.delete(scope),
    isUnfinished: (scope) => find.get(scope)?.answer === null,
    forgetUnfinished(scope) {
      const row = find.get(scope)
      if (row?.answer === null) forget(row)
    },
    findAct({ scope, item }) {
      const found = findAct.get(scope, item)
      if (!found) return undefined
      const { epoch, seq, stored } = found
      return { epoch, seq, stored: stored === null ? undefined : stored === 1 }
    },
    noteAct({ scope, digest, item }, { epoch, seq, stored }) {
      beginPost.run(scope, digest, clock.nowMs())
      insertAct.run(scope, item, epoch, seq, stored === undefined ? null : Number(stored))
    },
    begin() {
      before = kept
    },
    undo() {
      kept = before
    },
  }
}
