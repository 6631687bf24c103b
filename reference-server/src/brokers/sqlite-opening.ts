/** The opening of a broker's file: it alone knows how one is judged, and what the failures of SQLite mean. */
import { chmodSync, closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BrokerError } from './broker-error.ts'
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './sqlite-schema.ts'
import { prepare } from './sqlite-statement.ts'

/** Patience with a predecessor that is just ending; nobody else may lock the file later. */
const LOCK_TIMEOUT_MS = 500

/** Pages that are kept in memory, where there are as many: with less, 100,000 client ids cost a read from the disk each. */
const CACHE_KIB = 32_768

// Result codes of SQLite, without their extension.
const BUSY = 5
const CORRUPT = 11
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/**
 * Opens a file for this process alone, and makes it where there is none, readable by its owner alone.
 * @throws BrokerError where it cannot be used
 */
export function openOrExplain(path: string): DatabaseSync {
  try {
    // It holds secrets; what SQLite puts beside it gets the same mode.
    closeSync(openSync(path, 'a', 0o600))
    const db = new DatabaseSync(resolve(path), { timeout: LOCK_TIMEOUT_MS })
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      const isNew = judgeFile(db)
      chmodSync(path, 0o600)
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB}`,
      )
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
export function demandSound(db: DatabaseSync): void {
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

/** Whether it is SQLite that failed, and no defect of ours. */
export function isSqliteFailure(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException
  // A statement of a file that was closed is in no valid state.
  return code === 'ERR_SQLITE_ERROR' || code === 'ERR_INVALID_STATE'
}

/** The result code of a failure, without its extension. */
export function codeOf(cause: unknown): number {
  return ((cause as { errcode?: number }).errcode ?? 0) & 0xff
}

/** Whether a result code says that the file is damaged. */
export function isDamage(code: number | undefined): boolean {
  return code === CORRUPT || code === NOT_A_DATABASE
}
