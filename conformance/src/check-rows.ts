/** The checks as data, recorded from them; it alone knows where they stand, for whoever need not read a hundred modules to list them. */

import { readFileSync } from 'node:fs'
import type { Need } from './check.ts'

/** What can be said of a check without its stimulus and its judge. */
export interface CheckRow {
  readonly id: string
  readonly proves: string
  readonly needs: readonly Need[]
  readonly killedBy: readonly string[]
  /** Whether it judges what every check of a run saw. */
  readonly isInvariant?: true
}

/** Where the rows stand, one line of JSON each. */
export const CHECK_ROWS = new URL('../requirements/checks.jsonl', import.meta.url)

/** Every check in the order of the registries, as it was recorded; a test proves that it is current. */
export function readCheckRows(): CheckRow[] {
  const lines = readFileSync(CHECK_ROWS, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as CheckRow)
}
