/** The requirements of the specification, as extracted from its text; the only source of levels, texts and profiles. */

import { readFileSync } from 'node:fs'

/** A row of the ledger. */
export interface Requirement {
  readonly id: string
  readonly level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY'
  readonly actor: 'service' | 'client' | 'application'
  readonly profile: string
  readonly class: 'wire' | 'time' | 'webhook' | 'internal' | 'human'
  /** Why nothing outside can judge it; for the classes `internal` and `human`. */
  readonly reason?: string
  readonly rows: readonly {
    readonly kind: 'problem' | 'close'
    readonly code: number
    readonly slug: string
  }[]
  readonly chapter: string
  readonly section: string
  readonly text: string
}

/** The requirements of one revision. */
export interface Ledger {
  readonly revision: string
  readonly requirements: readonly Requirement[]
  /** The requirement of this id; throws where there is none, which is a defect of the suite. */
  find(id: string): Requirement
}

/** Reads the frozen set of a revision. */
export function readLedger(revision = '1.0'): Ledger {
  const { requirements } = JSON.parse(
    readFileSync(new URL(`../requirements/${revision}.json`, import.meta.url), 'utf8'),
  ) as { requirements: Requirement[] }
  const byId = new Map(requirements.map((requirement) => [requirement.id, requirement]))
  return {
    revision,
    requirements,
    find(id) {
      const requirement = byId.get(id)
      if (!requirement) throw new Error(`revision ${revision} has no requirement ${id}`)
      return requirement
    },
  }
}

/** Whether a level binds without exception. */
export function isMust({ level }: Pick<Requirement, 'level'>): boolean {
  return level === 'MUST' || level === 'MUST NOT'
}

/** Whether a check from outside could judge it. */
export function isTestable(requirement: Requirement): boolean {
  return requirement.class !== 'internal' && requirement.class !== 'human'
}
