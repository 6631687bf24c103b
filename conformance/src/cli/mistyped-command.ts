/** Mistyped commands; it alone knows how near a word is to the command that is meant by it. */

import { editDistance, suggest } from '../plan.ts'

/** Letters that differ at most, of a long word and of a short one. */
const MOST_TYPOS = 2
const LETTERS_PER_TYPO = 3

/** The command that somebody who typed `word` meant, where it is near enough to one. */
export function suggestCommand(word: string, commands: readonly string[]): string | undefined {
  const [nearest] = suggest(word, commands)
  if (nearest === undefined) return undefined
  const typos = Math.min(MOST_TYPOS, Math.floor(nearest.length / LETTERS_PER_TYPO))
  return editDistance(word.toLowerCase(), nearest) <= typos ? nearest : undefined
}
