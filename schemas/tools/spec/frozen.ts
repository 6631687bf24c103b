/** Tools of the specification: keeps the requirement set of a released revision as it was released. */
import { createHash } from 'node:crypto'

/** SHA-256 in hexadecimal of the requirement set of each released revision, by its name. */
export type Frozen = Readonly<Record<string, string>>

/** What freezes a set: its digest. */
export function digestOf(set: string): string {
  return createHash('sha256').update(set).digest('hex')
}

/** Throws where a released revision would get another set of requirements than it was released with. */
export function refuseChange(frozen: Frozen, revision: string, set: string): void {
  const digest = frozen[revision]
  if (digest === undefined || digest === digestOf(set)) return
  throw new Error(
    `the requirements of revision ${revision} are frozen, and the text of spec/ gives others: what is new belongs to the next revision`,
  )
}
