/** What a file knows of the service itself: it alone knows where its state began, its secrets and the sockets that it had. */
import { readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Beginning, OwedSocket, SocketEnd, SocketFacts } from '../broker-port.ts'
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

interface ServiceRow {
  newest_epoch: number
  generation_floor: number
  boot: string
  ended: 0 | 1
}

interface SocketRow extends SocketFacts {
  code: number | null
  reason: string | null
  at_ms: number | null
}

/** Which run of the machine this is, where the machine says so. */
export function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/**
 * Begins a run: with the state of the last one, with none in a new file, and with nothing but secrets where the machine
 * was started anew before the last run ended, as the last steps of that may never have reached the disk.
 */
export function beginRun(db: DatabaseSync, parts: BrokerParts, boot: string): void {
  const find = prepare<ServiceRow>(db, 'SELECT * FROM service')
  const last = find.get()
  const isCut = last?.ended === 0 && last.boot !== '' && boot !== '' && last.boot !== boot
  if (!last || isCut) beginState(db, parts, last)
  if (isCut) parts.log.warn({}, 'the machine ended before the last run did: its state is put aside')
  prepare(db, 'UPDATE service SET boot = ?, ended = 0').run(boot)
  takeBackInstants(db, parts.clock.nowMs())
}

function beginState(
  db: DatabaseSync,
  { epochFloor, revokes }: BrokerParts,
  last: ServiceRow | undefined,
): void {
  for (const table of ['messages', 'revocations', 'posts', 'acts', 'sockets', 'service'])
    db.exec(`DELETE FROM ${table}`)
  db.exec('DELETE FROM clients; INSERT INTO clients (id, epoch, used_at_ms) VALUES (0, 0, 0)')
  const floor = Math.max(epochFloor, (last?.newest_epoch ?? 0) + 1)
  // What was minted before, by a run whose revocations are lost, dies, unless nobody can revoke.
  const generationFloor = revokes ? floor : (last?.generation_floor ?? 0)
  const insert = prepare(
    db,
    `INSERT INTO service (one, epoch_floor, told, newest_epoch, arrivals, generation_floor, boot, ended)
     VALUES (1, ?, 0, ?, 0, ?, '', 0)`,
  )
  insert.run(floor, floor - 1, generationFloor)
}

/** Instants that lie ahead of a clock that was set back since become now, so that nothing is kept for longer than its window. */
function takeBackInstants(db: DatabaseSync, nowMs: number): void {
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
