/** A share of a matrix that is too long for one run: which pairs belong to it, so that all shares together are the whole. */

import { createHash } from 'node:crypto'

/** The `part`th of `of` shares, counted from 1. */
export interface Share {
  readonly part: number
  readonly of: number
}

/** The share that nothing is missing from. */
export const WHOLE: Share = { part: 1, of: 1 }

/** Whether nothing is missing from it. */
export function isWhole({ of }: Share): boolean {
  return of === 1
}

/** Reads `2/5`; nothing where that is no share. */
export function readShare(text: string): Share | undefined {
  const [, part = 0, of = 0] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? []).map(Number)
  return part >= 1 && part <= of ? { part, of } : undefined
}

/** Whether a pair belongs to the share: always the same answer, and yes in exactly one of the shares. */
export function isInShare({ part, of }: Share, fault: string, check: string): boolean {
  const digest = createHash('sha256').update(`${fault} ${check}`).digest()
  return digest.readUInt32BE() % of === part - 1
}
