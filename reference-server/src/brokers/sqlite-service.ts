/** What a file knows of the service itself: it alone knows where its state began, its secrets and the sockets that it had. */
import type { DatabaseSync } from 'node:sqlite'
import type { Beginning, OwedSocket, SocketEnd, SocketFacts } from '../ports.ts'
import type { BrokerParts } from './parts.ts'
import { prepare } from './sqlite-statement.ts'

/** The operations on what belongs to no client id. */
export interface SqliteService {
  began(): Beginning
  noteStarted(): void
  keepSecret(name: string, fresh: string): string
  noteSocket(socket: SocketFacts): void
  noteSocketEnd(id: string, end: SocketEnd): void
  forgetSocket(id: string): void
  owedSockets(): OwedSocket[]
}

interface SocketRow extends SocketFacts {
  code: number | null
  reason: string | null
  at_ms: number | null
}

/** Writes down in a new file where its state begins. */
export function beginState(db: DatabaseSync, { epochFloor, revokes }: BrokerParts): void {
  // What was minted before, by a run whose state is lost, dies, unless nobody can revoke.
  const generationFloor = revokes ? epochFloor : 0
  prepare(db, 'INSERT INTO service VALUES (1, ?, 0, ?, 0, ?)').run(
    epochFloor,
    epochFloor - 1,
    generationFloor,
  )
}

/** Takes back the instants that lie ahead of a clock that was set back since, so that nothing is kept for longer than its window. */
export function correctInstants(db: DatabaseSync, nowMs: number): void {
  for (const [table, column] of [
    ['messages', 'at_ms'],
    ['posts', 'at_ms'],
    ['revocations', 'at_ms'],
    ['clients', 'used_at_ms'],
  ])
    prepare(db, `UPDATE ${table} SET ${column} = ?1 WHERE ${column} > ?1`).run(nowMs)
}

/** What a file knows of its service. */
export function makeSqliteService(db: DatabaseSync): SqliteService {
  const service = prepare<{ epoch_floor: number; told: 0 | 1 }>(
    db,
    'SELECT epoch_floor, told FROM service',
  )
  const tell = prepare(db, 'UPDATE service SET told = 1')
  const keep = prepare(db, 'INSERT OR IGNORE INTO secrets VALUES (?, ?)')
  const find = prepare<{ secret: string }>(db, 'SELECT secret FROM secrets WHERE name = ?')
  const open = prepare(db, 'INSERT OR IGNORE INTO sockets (id, path, epoch) VALUES (?, ?, ?)')
  const end = prepare(db, 'UPDATE sockets SET code = ?, reason = ?, at_ms = ? WHERE id = ?')
  const forget = prepare(db, 'DELETE FROM sockets WHERE id = ?')
  const sockets = prepare<SocketRow>(db, 'SELECT * FROM sockets ORDER BY rowid')

  return {
    began() {
      const { epoch_floor: epochFloor = 0, told = 0 } = service.get() ?? {}
      return { epochFloor, told: told === 1 }
    },
    noteStarted: () => tell.run(),
    keepSecret(name, fresh) {
      keep.run(name, fresh)
      return find.get(name)?.secret ?? fresh
    },
    noteSocket: ({ id, path, epoch }) => open.run(id, path, epoch),
    noteSocketEnd: (id, { code, reason, atMs }) => end.run(code, reason, atMs, id),
    forgetSocket: (id) => forget.run(id),
    owedSockets: () =>
      sockets.all().map(({ id, path, epoch, code, reason, at_ms }) => ({
        socket: { id, path, epoch },
        end:
          code === null || reason === null || at_ms === null
            ? undefined
            : { code, reason, atMs: at_ms },
      })),
  }
}
