/** The file of a broker: it alone knows how a database is opened for one process, written in whole steps, and judged to be well. */
import { chmodSync, closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Cancel, Clock, Log } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { BrokerError } from './broker-error.ts'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './sqlite-schema.ts'
import { prepare } from './sqlite-statement.ts'

/**
 * A file that this process alone has open.
 * @spec problem.state.unavailable
 */
export interface SqliteFile {
  readonly db: DatabaseSync
  /**
   * Runs a step that changes the file: it is written whole, or not at all.
   * @throws Refusal `unavailable` where it cannot be written; what else the step throws goes through
   */
  write<T>(step: () => T): T
  /** Runs a step that changes nothing. @throws Refusal `unavailable` where the file cannot be read */
  read<T>(step: () => T): T
  /** Whether the last attempt to use it went well. */
  isReady(): boolean
  /** Closes it in good order; later steps are refused. */
  stop(): void
}

/** What a file is opened with. */
export interface FileParts {
  clock: Clock
  log: Log
  /** Called where a step that changes begins. */
  onBegin(): void
  /** Undoes what a step that failed changed outside the file. */
  onUndone(): void
}

/** Patience with a predecessor that is just ending; nobody else may lock the file later. */
const LOCK_TIMEOUT_MS = 500
/** Time after which a file that failed is tried, at first and at most. */
const FIRST_TRY_MS = 1000
const LAST_TRY_MS = 30_000

// Result codes of SQLite, without their extension.
const BUSY = 5
const CORRUPT = 11
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/**
 * Opens a file, and makes it where there is none, readable by its owner alone.
 *
 * Every step is in the hands of the operating system when it is answered, so a process that is killed loses nothing;
 * `synchronous` is NORMAL, so a machine that loses its power may lose the last steps.
 * @throws BrokerError where it cannot be used
 */
export function openSqliteFile(path: string, parts: FileParts): SqliteFile {
  const db = openOrExplain(path)
  const { clock, log } = parts
  const begin = prepare(db, 'BEGIN IMMEDIATE')
  const commit = prepare(db, 'COMMIT')
  /** The result code of the failure that was not overcome yet. */
  let failure: number | undefined
  let cancelTry: Cancel = () => {}

  function refuse(cause: unknown): unknown {
    if (!isSqliteFailure(cause)) return cause
    if (failure === undefined && db.isOpen) {
      log.error(
        { err: cause, file: path },
        'the state cannot be kept: calls are refused until it can',
      )
      failure = codeOf(cause)
      tryLater(FIRST_TRY_MS)
    }
    return new Refusal('unavailable', 'the state of the service cannot be read or written', {
      retryAfterSeconds: 1,
    })
  }

  function noteWritten(): void {
    if (failure === undefined) return
    failure = undefined
    cancelTry()
    log.info({ file: path }, 'the state can be kept again')
  }

  function tryLater(ms: number): void {
    cancelTry = clock.after(ms, () => {
      try {
        if (isDamage(failure)) demandSound(db)
        attempt(() => db.exec('UPDATE service SET told = told'))
        noteWritten()
      } catch {
        tryLater(Math.min(2 * ms, LAST_TRY_MS))
      }
    })
  }

  function attempt<T>(step: () => T): T {
    begin.run()
    parts.onBegin()
    try {
      const result = step()
      commit.run()
      return result
    } catch (cause) {
      parts.onUndone()
      // A failure may have rolled back already.
      if (db.isTransaction) db.exec('ROLLBACK')
      throw cause
    }
  }

  return {
    db,
    write(step) {
      try {
        const result = attempt(step)
        // What is damaged may be writable all the same.
        if (!isDamage(failure)) noteWritten()
        return result
      } catch (cause) {
        throw refuse(cause)
      }
    },
    read(step) {
      try {
        return step()
      } catch (cause) {
        throw refuse(cause)
      }
    },
    isReady: () => failure === undefined,
    stop() {
      cancelTry()
      if (!db.isOpen) return
      try {
        db.exec('UPDATE service SET ended = 1')
      } catch (cause) {
        log.warn({ err: cause, file: path }, 'the state could not be closed in good order')
      } finally {
        db.close()
      }
    },
  }
}

function openOrExplain(path: string): DatabaseSync {
  try {
    // It holds secrets; what SQLite puts beside it gets the same mode.
    closeSync(openSync(path, 'a', 0o600))
    const db = new DatabaseSync(resolve(path), { timeout: LOCK_TIMEOUT_MS })
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      const isNew = judgeFile(db)
      chmodSync(path, 0o600)
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      if (isNew)
        db.exec(
          `BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; ${SCHEMA} COMMIT`,
        )
      demandSound(db)
      return db
    } catch (cause) {
      db.close()
      throw cause
    }
  } catch (cause) {
    throw new BrokerError(`--broker sqlite:${path}: ${explain(cause)}`)
  }
}

/** Answers whether a file is empty, and changes nothing in it. @throws BrokerError where it is not for this server */
function judgeFile(db: DatabaseSync): boolean {
  const count = prepare<{ tables: number }>(db, 'SELECT count(*) AS tables FROM sqlite_schema')
  if (count.get()?.tables === 0) return true
  const id = prepare<{ application_id: number }>(db, 'PRAGMA application_id').get()
  if (id?.application_id !== APPLICATION_ID)
    throw new BrokerError('is a database of another program; name another file')
  const version = prepare<{ user_version: number }>(db, 'PRAGMA user_version').get()?.user_version
  if (version === SCHEMA_VERSION) return false
  throw new BrokerError(
    `has version ${version}, and this server reads ${SCHEMA_VERSION}; use the server that wrote it, or name another file`,
  )
}

/** @throws BrokerError where anything in the file is damaged */
function demandSound(db: DatabaseSync): void {
  const [found] = prepare<{ quick_check: string }>(db, 'PRAGMA quick_check(1)').all()
  if (found?.quick_check !== 'ok') throw new BrokerError(`is damaged: ${found?.quick_check}`)
}

function explain(cause: unknown): string {
  if (cause instanceof BrokerError) return cause.message
  const { message, code } = cause as NodeJS.ErrnoException
  if (isSqliteFailure(cause)) {
    const result = codeOf(cause)
    if (result === BUSY) return 'another process has it open; end that one, or name another file'
    if (isDamage(result))
      return 'is damaged, or no file of this server; put it aside, and what it held is lost'
    if (result === CANNOT_OPEN) return 'cannot be opened; is it a file that may be written?'
  }
  if (code === 'ENOENT') return 'cannot be made: its folder does not exist'
  if (code === 'EISDIR') return 'is a folder; name a file in it'
  return message
}

function isSqliteFailure(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException
  // A statement of a file that was closed is in no valid state.
  return code === 'ERR_SQLITE_ERROR' || code === 'ERR_INVALID_STATE'
}

function codeOf(cause: unknown): number {
  return ((cause as { errcode?: number }).errcode ?? 0) & 0xff
}

function isDamage(code: number | undefined): boolean {
  return code === CORRUPT || code === NOT_A_DATABASE
}
