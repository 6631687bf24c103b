/** Faults by their names; it alone knows which ones somebody may have meant who mistyped one. */
import type { Fault } from '../parts.ts'

/** Names that are offered at most. */
const MOST_OFFERED = 5

/** Shorter words say nothing of what is meant. */
const FEWEST_LETTERS = 3

/** The fault of this name; throws an Error that offers those whose names share most words with it. */
export function findFault(faults: readonly Fault[], name: string): Fault {
  const fault = faults.find((known) => known.name === name)
  if (fault) return fault
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= FEWEST_LETTERS)
  const near = faults
    .map((known) => ({ of: known.name, shared: countShared(known.name, words) }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || a.of.length - b.of.length)
    .slice(0, MOST_OFFERED)
    .map(({ of }) => of)
  const offer = near.length > 0 ? `; near it are ${near.join(', ')}` : ''
  const all = `channel-conformance explain <requirement> names those of a clause, src/faults all ${faults.length}`
  throw new Error(`there is no fault ${name}${offer}; ${all}`)
}

/** Words of a name that are among these, or are one of them with another ending. */
function countShared(name: string, words: readonly string[]): number {
  const isAlike = (known: string): boolean =>
    words.some((word) => word.startsWith(known) || known.startsWith(word))
  return name.split('-').filter((known) => known.length >= FEWEST_LETTERS && isAlike(known)).length
}
