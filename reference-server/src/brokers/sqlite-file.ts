/** The file of a broker: it alone knows which steps are written together, and whether the file is well. */
import type { DatabaseSync } from 'node:sqlite'
import type { Cancel, Clock, Log } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import { codeOf, demandSound, isDamage, isSqliteFailure, openOrExplain } from './sqlite-opening.ts'
import { prepare } from './sqlite-statement.ts'

/**
 * A file that this process alone has open.
 * @spec problem.state.unavailable
 */
export interface SqliteFile {
  readonly db: DatabaseSync
  /**
   * Runs a step that changes the file, at once; resolves with its result when that is written. All steps of one turn of
   * the event loop are written together, or none of them is.
   * Rejects with the Refusal `unavailable` where they cannot be written; what else the step throws goes through.
   */
  write<T>(step: () => T): Promise<T>
  /** As `write`, at once and for itself, where no other step runs. @throws what `write` rejects with */
  writeAlone<T>(step: () => T): T
  /**
   * Runs a step that changes nothing, at once; resolves with its result when all that it may have seen is written.
   * Rejects with the Refusal `unavailable` where the file cannot be read.
   */
  read<T>(step: () => T): Promise<T>
  /** As `read`, also of what may yet not be written. @throws what `read` rejects with */
  look<T>(step: () => T): T
  /** Whether the last attempt to use it went well. */
  isReady(): boolean
  /** Closes it in good order; later steps are refused. */
  stop(): void
}

/** What a file is opened with. */
export interface FileParts {
  clock: Clock
  log: Log
  /** Called before the first of the steps that are written together. */
  onBegin(): void
  /** Undoes what steps that could not be written changed outside the file. */
  onUndone(): void
  /** Called when so many steps were written together, before the first of them resolves. */
  onWritten(steps: number): void
}

/** Steps that are written together. */
interface Round {
  steps: number
  readonly written: Promise<void>
  resolve(): void
  reject(cause: unknown): void
}

/** Time after which a file that failed is tried, at first and at most. */
const FIRST_TRY_MS = 1000
const LAST_TRY_MS = 30_000

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
  const beginning = prepare(db, 'BEGIN IMMEDIATE')
  const commit = prepare(db, 'COMMIT')
  const touch = prepare(db, 'UPDATE service SET told = told')
  let round: Round | undefined
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
      tryLater(FIRST_TRY_MS)
    }
    // What is damaged stays so when something else is wrong with it as well.
    if (db.isOpen && !isDamage(failure)) failure = codeOf(cause)
    return new Refusal('unavailable', 'the state of the service cannot be read or written', {
      retryAfterSeconds: 1,
    })
  }

  function noteWell(): void {
    if (failure === undefined) return
    failure = undefined
    cancelTry()
    log.info({ file: path }, 'the state can be kept again')
  }

  function tryLater(ms: number): void {
    cancelTry = clock.after(ms, () => {
      tryAgain().catch(() => {
        if (db.isOpen) tryLater(Math.min(2 * ms, LAST_TRY_MS))
      })
    })
  }

  async function tryAgain(): Promise<void> {
    if (isDamage(failure)) demandSound(db)
    await inRound(() => touch.run())
    noteWell()
  }

  function begin(): void {
    beginning.run()
    parts.onBegin()
  }

  function undo(): void {
    parts.onUndone()
    // A failure may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK')
  }

  /** Joins the round of this turn; what is written together costs little more than one step of it. */
  function join(): Round {
    if (round) {
      round.steps += 1
      return round
    }
    begin()
    const { promise: written, resolve, reject } = Promise.withResolvers<void>()
    // Each step that waits for it hears of a failure by itself.
    written.catch(() => {})
    round = { steps: 1, written, resolve, reject }
    setImmediate(end)
    return round
  }

  function end(): void {
    const ended = round
    round = undefined
    if (!ended) return
    try {
      commit.run()
      parts.onWritten(ended.steps)
      ended.resolve()
    } catch (cause) {
      ended.reject(cause)
      undo()
    }
  }

  async function inRound<T>(step: () => T): Promise<T> {
    const { written, reject } = join()
    let result: T
    try {
      result = step()
    } catch (cause) {
      // A step that is done by half is undone with all that were to be written with it.
      round = undefined
      reject(isSqliteFailure(cause) ? cause : new Refusal('unavailable'))
      undo()
      throw cause
    }
    await written
    return result
  }

  function look<T>(step: () => T): T {
    try {
      return step()
    } catch (cause) {
      throw refuse(cause)
    }
  }

  return {
    db,
    look,
    async write(step) {
      try {
        const result = await inRound(step)
        // What is damaged may be writable all the same.
        if (!isDamage(failure)) noteWell()
        return result
      } catch (cause) {
        throw refuse(cause)
      }
    },
    writeAlone: (step) =>
      look(() => {
        begin()
        try {
          const result = step()
          commit.run()
          return result
        } catch (cause) {
          undo()
          throw cause
        }
      }),
    async read(step) {
      const result = look(step)
      await round?.written.catch((cause: unknown) => {
        throw refuse(cause)
      })
      return result
    },
    isReady: () => failure === undefined,
    stop() {
      cancelTry()
      if (!db.isOpen) return
      end()
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
