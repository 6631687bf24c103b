/** Client ids in a file; it alone knows how their counters and presence states are written down. */
import type { DatabaseSync } from 'node:sqlite'
import type {
  Arrival,
  Counters,
  KnownClient,
  Mark,
  OnlineClient,
  OwedState,
} from '../broker-port.ts'
import { type BrokerParts, FORGET_AFTER_MS } from './parts.ts'
import { prepare } from './sqlite-statement.ts'
import type { HeldStream } from './sqlite-window.ts'

/** Row of the stream of broadcasts. */
const BROADCASTS = 0
/** Rows that are looked at in one step of forgetting, so that nobody waits long for it. */
const IDS_AT_ONCE = 500

/** A client id, or the stream of broadcasts, as the file has it. */
export interface ClientRow extends HeldStream {
  client_id: string | null
  epoch: number
  seq: number
  version: number
  online: 0 | 1
  connection_id: string | null
  since_ms: number | null
  arrival: number
  left_by: string | null
  left_for: string | null
}

interface ChangedRow extends ClientRow {
  client_id: string
  changed_by: string
  changed_for: string | null
  changed_at_ms: number
  attempted: number
  acknowledged: number
}

/** The operations on client ids. */
export interface SqliteClients {
  /** A client id, begun in a new epoch where there is none. */
  use(clientId: string): ClientRow
  /** The stream of broadcasts, as `use`. */
  useBroadcasts(): ClientRow
  /** Notes that somebody asked for it; what else is noted of it does so too. */
  noteUsed(row: ClientRow): void
  find(clientId: string): ClientRow | undefined
  /** A fresh epoch, above every other, which is written down. */
  beginEpoch(): number
  /** Writes down the newest message and what is held. */
  noteAccepted(row: ClientRow): void
  /** Writes down that a connection came, where its client id was `isNew` online. */
  noteArrival(row: ClientRow, arrival: Arrival, isNew: boolean): void
  noteLeft(clientId: string, connectionId: string, reason: string): void
  noteDeparture(row: ClientRow, going: Arrival & { reason: string }): void
  list(afterArrival: number, most: number): OnlineClient[]
  noteAttempted(clientId: string, mark: Mark): void
  noteAcknowledged(clientId: string, mark: Mark): void
  owed(): OwedState[]
  /**
   * Those that nobody used for long, who are offline and of whom nothing waits to be attempted: among some, and at the
   * next call among others, until there are no more.
   */
  selectForgettable(): { ids: number[]; isMore: boolean }
  forget(id: number): void
}

/** The client ids of a file. */
export function makeSqliteClients(db: DatabaseSync, parts: BrokerParts): SqliteClients {
  const { clock, rules } = parts
  const find = prepare<ClientRow>(db, 'SELECT * FROM clients WHERE client_id = ?')
  const findById = prepare<ClientRow>(db, 'SELECT * FROM clients WHERE id = ?')
  const insert = prepare<ClientRow>(
    db,
    'INSERT INTO clients (client_id, epoch, used_at_ms) VALUES (?, ?, ?) RETURNING *',
  )
  const setEpoch = prepare(db, 'UPDATE clients SET epoch = ? WHERE id = ?')
  const touch = prepare(db, 'UPDATE clients SET used_at_ms = ? WHERE id = ?')
  const accept = prepare(
    db,
    'UPDATE clients SET seq = ?, held = ?, held_bytes = ?, dropped = ?, used_at_ms = ? WHERE id = ?',
  )
  const renew = prepare(
    db,
    'UPDATE clients SET connection_id = ?, left_by = NULL, left_for = NULL, used_at_ms = ? WHERE id = ?',
  )
  const come = prepare(
    db,
    `UPDATE clients SET connection_id = ?, left_by = NULL, left_for = NULL, used_at_ms = ?,
     version = ?, online = 1, since_ms = ?, arrival = ?, changed_by = ?, changed_for = NULL, changed_at_ms = ? WHERE id = ?`,
  )
  const leave = prepare(
    db,
    'UPDATE clients SET connection_id = NULL, left_by = connection_id, left_for = ? WHERE client_id = ? AND connection_id = ?',
  )
  const depart = prepare(
    db,
    `UPDATE clients SET connection_id = NULL, since_ms = NULL, version = ?, online = 0, used_at_ms = ?,
     changed_by = ?, changed_for = ?, changed_at_ms = ? WHERE id = ?`,
  )
  const page = prepare<ClientRow & { client_id: string }>(
    db,
    'SELECT * FROM clients WHERE online = 1 AND arrival > ? ORDER BY arrival LIMIT ?',
  )
  const attempt = prepare(
    db,
    'UPDATE clients SET attempted = max(attempted, ?), used_at_ms = ? WHERE client_id = ? AND epoch = ?',
  )
  const acknowledge = prepare(
    db,
    'UPDATE clients SET acknowledged = max(acknowledged, ?) WHERE client_id = ? AND epoch = ?',
  )
  const unheard = prepare<ChangedRow>(
    db,
    'SELECT * FROM clients WHERE changed_by IS NOT NULL AND acknowledged < version ORDER BY id',
  )
  // Of whom the application was told something else than what is so now, it has to hear first.
  const idle = prepare<{ id: number }>(
    db,
    `SELECT id FROM clients WHERE id > ? AND id <= ? AND online = 0 AND used_at_ms < ?
     AND NOT (attempted < version AND (attempted % 2 = 1 OR acknowledged < attempted))`,
  )
  const last = prepare<{ id: number }>(db, 'SELECT max(id) AS id FROM clients')
  const remove = prepare(db, 'DELETE FROM clients WHERE id = ?')
  const service = prepare<{ newest_epoch: number; arrivals: number }>(
    db,
    'SELECT newest_epoch, arrivals FROM service',
  )
  const setNewest = prepare(db, 'UPDATE service SET newest_epoch = ?')
  const setArrivals = prepare(db, 'UPDATE service SET arrivals = ?')
  const { newest_epoch = 0, arrivals: lastArrival = 0 } = service.get() ?? {}
  // They only grow, so a step that fails need not take them back.
  let newestEpoch = Math.max(newest_epoch, parts.epochFloor - 1)
  let arrivals = lastArrival
  let swept = BROADCASTS

  function beginEpoch(): number {
    newestEpoch = rules.decideEpoch(clock.nowMs(), newestEpoch)
    setNewest.run(newestEpoch)
    return newestEpoch
  }

  return {
    use(clientId) {
      const row = find.get(clientId)
      return row ?? (insert.get(clientId, beginEpoch(), clock.nowMs()) as ClientRow)
    },
    useBroadcasts() {
      const row = findById.get(BROADCASTS) as ClientRow
      if (row.epoch > 0) return row
      const epoch = beginEpoch()
      setEpoch.run(epoch, BROADCASTS)
      return { ...row, epoch }
    },
    noteUsed: ({ id }) => touch.run(clock.nowMs(), id),
    find: (clientId) => find.get(clientId),
    beginEpoch,
    noteAccepted({ id, seq, held, held_bytes, dropped }) {
      accept.run(seq, held, held_bytes, dropped, clock.nowMs(), id)
    },
    noteArrival({ id, version }, { connectionId, atMs }, isNew) {
      const nowMs = clock.nowMs()
      if (!isNew) {
        renew.run(connectionId, nowMs, id)
        return
      }
      arrivals += 1
      setArrivals.run(arrivals)
      come.run(connectionId, nowMs, version, atMs, arrivals, connectionId, atMs, id)
    },
    noteLeft: (clientId, connectionId, reason) => leave.run(reason, clientId, connectionId),
    noteDeparture({ id, version }, { connectionId, reason, atMs }) {
      depart.run(version, clock.nowMs(), connectionId, reason, atMs, id)
    },
    list: (afterArrival, most) =>
      page.all(afterArrival, most).map((row) => ({
        ...describe(row),
        clientId: row.client_id,
        arrival: row.arrival,
        leftBy: row.left_by ?? undefined,
        leftFor: row.left_for ?? undefined,
      })),
    noteAttempted: (clientId, { epoch, version }) =>
      attempt.run(version, clock.nowMs(), clientId, epoch),
    noteAcknowledged: (clientId, { epoch, version }) => acknowledge.run(version, clientId, epoch),
    owed: () => unheard.all().map(describeOwed),
    selectForgettable() {
      const from = swept
      swept += IDS_AT_ONCE
      const isMore = swept < (last.get()?.id ?? 0)
      if (!isMore) swept = BROADCASTS
      const ids = idle.all(from, from + IDS_AT_ONCE, clock.nowMs() - FORGET_AFTER_MS)
      return { ids: ids.map(({ id }) => id), isMore }
    },
    forget: (id) => remove.run(id),
  }
}

/** What is known of a client id that has a row. */
export function describe(row: ClientRow): KnownClient {
  const connectionId = row.connection_id ?? undefined
  // Within the grace nobody is connected, and since when it was online is not told.
  const sinceMs = connectionId === undefined ? undefined : (row.since_ms ?? undefined)
  return { ...countersOf(row), online: row.online === 1, connectionId, sinceMs }
}

/** The counters of a row. */
export function countersOf({ epoch, seq, version }: Counters): Counters {
  return { epoch, seq, version }
}

function describeOwed(row: ChangedRow): OwedState {
  const { epoch, version } = row
  return {
    state: {
      clientId: row.client_id,
      epoch,
      version,
      online: row.online === 1,
      connectionId: row.changed_by,
      ...(row.changed_for === null ? {} : { reason: row.changed_for }),
      atMs: row.changed_at_ms,
    },
    acknowledged: { epoch, version: row.acknowledged },
    attempted: { epoch, version: row.attempted },
  }
}
