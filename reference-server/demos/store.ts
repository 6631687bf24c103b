/** The file, or the memory, in which the samples keep what they are told; it alone knows how it is opened. */
import { DatabaseSync } from 'node:sqlite'

const busyMs = 5000

/**
 * Opens the store that all samples share; each makes tables of its own in it. Without a file everything is kept in
 * memory and gone with the process. Throws where the file cannot be opened or is no database.
 */
export function openStore(file?: string): DatabaseSync {
  const store = new DatabaseSync(file ?? ':memory:', { timeout: busyMs })
  store.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  return store
}
