/** Who is signed in: it alone knows the sessions, each kept as the digest of its secret. */
import { createHash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { findUser, type User } from './users.ts'

const mostSessions = 1000
const lifetimeMs = 24 * 60 * 60 * 1000

/** The sessions of all users, at most 1000; beyond that the oldest is over. Each lasts a day. */
export interface Sessions {
  /** Begins a session; answers its secret, 128 random bits. */
  begin(user: User): string
  /** Whose session a secret is, while it lasts. */
  find(secret: string | undefined): User | undefined
  end(secret: string | undefined): void
}

const table = `
CREATE TABLE IF NOT EXISTS note_session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL,
  ends_at_ms INTEGER NOT NULL
) STRICT;
`

function digest(secret = ''): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Makes the sessions in a database that is open; their table is made where it is missing. */
export function makeSessions(database: DatabaseSync, clock: { nowMs(): number }): Sessions {
  database.exec(table)
  const insert = database.prepare(
    'INSERT INTO note_session (digest, user, ends_at_ms) VALUES (?, ?, ?)',
  )
  const prune = database.prepare('DELETE FROM note_session WHERE ends_at_ms <= ? OR id <= ?')
  const select = database.prepare(
    'SELECT user FROM note_session WHERE digest = ? AND ends_at_ms > ?',
  )
  const remove = database.prepare('DELETE FROM note_session WHERE digest = ?')
  return {
    begin(user) {
      const secret = randomBytes(16).toString('base64url')
      const endsAtMs = clock.nowMs() + lifetimeMs
      const { lastInsertRowid } = insert.run(digest(secret), user.id, endsAtMs)
      prune.run(clock.nowMs(), Number(lastInsertRowid) - mostSessions)
      return secret
    },
    find(secret) {
      const row = select.get(digest(secret), clock.nowMs())
      return row === undefined ? undefined : findUser(String(row.user))
    },
    end(secret) {
      remove.run(digest(secret))
    },
  }
}
