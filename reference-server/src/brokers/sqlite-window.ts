/** What a file holds for replay: it alone knows which messages those are, and lets each go the moment a bound drops it. */
import type { DatabaseSync } from 'node:sqlite'
import type { HeldMessage } from '../broker-port.ts'
import { type BrokerParts, ROWS_AT_ONCE } from './parts.ts'
import { prepare } from './sqlite-statement.ts'

/** What is held of one client id, or of broadcasts, as its row says. */
export interface HeldStream {
  id: number
  held: number
  held_bytes: number
  /** Number of the newest message that was dropped, 0 before the first. */
  dropped: number
}

/** The operations on what is held; each costs the same, however much is held of others. */
export interface SqliteWindow {
  /** Holds a message, and answers whether it still does; changes the row in memory only. */
  hold(stream: HeldStream, seq: number, data: string): boolean
  /** What is later than `after`, oldest first; nothing where that place cannot be continued. */
  replay(stream: HeldStream, after: number, newest: number): HeldMessage[] | undefined
  /** Lets go what is held of a stream for longer than the window; changes its row in the file. */
  sweepOf(id: number): void
  /** Lets go some of what is held for longer than the window, and answers whether there is more. */
  sweep(): boolean
  /** Lets go everything of a stream. */
  forget(id: number): void
  /** Notes where a step begins. */
  begin(): void
  /** Takes the totals back to where the step began. */
  undo(): void
}

interface Row {
  place: number
  client: number
  seq: number
  bytes: number
  at_ms: number
}

/**
 * The window of a file.
 * @spec resume.window.kept
 * @spec resume.window.total
 */
export function makeSqliteWindow(db: DatabaseSync, parts: BrokerParts): SqliteWindow {
  const { rules, clock, metrics, timings, limits } = parts
  const oldest = prepare<Row>(db, 'SELECT * FROM messages ORDER BY place LIMIT 1')
  const oldestOf = prepare<Row>(db, 'SELECT * FROM messages WHERE client = ? ORDER BY seq LIMIT 1')
  const laterOf = prepare<HeldMessage>(
    db,
    'SELECT seq, data FROM messages WHERE client = ? AND seq > ? ORDER BY seq',
  )
  const insert = prepare(
    db,
    'INSERT INTO messages (client, seq, data, bytes, at_ms) VALUES (?, ?, ?, ?, ?)',
  )
  const remove = prepare(db, 'DELETE FROM messages WHERE place = ?')
  const note = prepare(
    db,
    'UPDATE clients SET held = held - 1, held_bytes = held_bytes - ?, dropped = max(dropped, ?) WHERE id = ?',
  )
  const sum = prepare<{ messages: number; bytes: number }>(
    db,
    'SELECT count(*) AS messages, coalesce(sum(bytes), 0) AS bytes FROM messages',
  )
  let totals = sum.get() ?? { messages: 0, bytes: 0 }
  let before = totals

  function count(bytes: number, sign: 1 | -1): void {
    totals = { messages: totals.messages + sign, bytes: totals.bytes + sign * bytes }
  }

  function drop(row: Row, stream?: HeldStream): void {
    remove.run(row.place)
    count(row.bytes, -1)
    if (row.client !== stream?.id) {
      note.run(row.bytes, row.seq, row.client)
      return
    }
    stream.held -= 1
    stream.held_bytes -= row.bytes
    stream.dropped = Math.max(stream.dropped, row.seq)
  }

  function isOverdue(row: Row | undefined): row is Row {
    if (!row) return false
    return rules.decideOverdue(row.at_ms, clock.nowMs(), timings.resume_window_seconds)
  }

  function sweepOf(id: number, stream?: HeldStream): void {
    for (let row = oldestOf.get(id); isOverdue(row); row = oldestOf.get(id)) drop(row, stream)
  }

  function sweep(most: number, stream?: HeldStream): void {
    let row = oldest.get()
    for (let left = most; left > 0 && isOverdue(row); left -= 1) {
      drop(row, stream)
      row = oldest.get()
    }
  }

  function dropOldestWhile(
    next: () => Row | undefined,
    stream: HeldStream,
    isTooMuch: () => boolean,
  ): void {
    while (isTooMuch()) {
      const row = next()
      if (!row) return
      drop(row, stream)
    }
  }

  metrics.gauge('resume_messages_held', () => totals.messages)
  metrics.gauge('resume_bytes_held', () => totals.bytes)

  return {
    hold(stream, seq, data) {
      sweepOf(stream.id, stream)
      // Each that comes takes more than one away with it that is over.
      sweep(2, stream)
      const bytes = rules.measureData(data)
      insert.run(stream.id, seq, data, bytes, clock.nowMs())
      count(bytes, 1)
      stream.held += 1
      stream.held_bytes += bytes
      const own = (): Row | undefined => oldestOf.get(stream.id)
      const any = (): Row | undefined => oldest.get()
      const { resume_messages: most, resume_bytes: mostBytes } = limits
      // The bounds of one stream come first, so that what they drop takes nothing away from the others.
      dropOldestWhile(own, stream, () => rules.decideOverCount(stream.held, most))
      dropOldestWhile(own, stream, () => rules.decideOverBytes(stream.held_bytes, mostBytes))
      dropOldestWhile(any, stream, () =>
        rules.decideOverTotal(totals.bytes, limits.resume_total_bytes),
      )
      return stream.held > 0
    },
    replay(stream, after, newest) {
      const facts = { after, newest, dropped: stream.dropped }
      if (!rules.decideContinued(facts)) return undefined
      return laterOf.all(stream.id, after).map(({ seq, data }) => ({ seq, data }))
    },
    sweepOf: (id) => sweepOf(id),
    sweep() {
      sweep(ROWS_AT_ONCE)
      return isOverdue(oldest.get())
    },
    forget(id) {
      for (let row = oldestOf.get(id); row; row = oldestOf.get(id)) {
        remove.run(row.place)
        count(row.bytes, -1)
      }
    },
    begin() {
      before = totals
    },
    undo() {
      totals = before
    },
  }
}
