/** Checks that were found wrong after their release, and are not made until they are mended. */

import { readFileSync } from 'node:fs'

/** A check that was challenged with success. */
export interface Exclusion {
  readonly check: string
  /** Why it is wrong, or the text unclear. */
  readonly reason: string
  /** The address of the challenge. */
  readonly issue: string
  /** The patch version that excluded it. */
  readonly since: string
}

/** The exclusions of this version. */
export function readExclusions(): readonly Exclusion[] {
  const file = new URL('../requirements/exclusions.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Exclusion[]
}
