/** What people write, as the chat keeps it: it alone knows what is taken out before it is stored. */
import { cleanName } from '../names.ts'

const longestNick = 40
const longestText = 1000

/** A text that the chat does not take; the message says why. */
export class UnfitTextError extends Error {
  override name = 'UnfitTextError'
}

/** The longest text of a message and the longest nick, in characters. */
export const TEXT_LIMITS = { nick: longestNick, text: longestText } as const

/** A text without its tags: what taking tags away makes a tag is taken away too. A lone `<` is no tag and stays. */
export function stripTags(text: string): string {
  const stripped = text.replace(/<[a-z/!?][^<>]*>/gi, '')
  return stripped === text ? text : stripTags(stripped)
}

/** A nick without tags, invisible characters and spare blanks, which may be empty. Throws UnfitTextError. */
export function cleanNick(nick: string): string {
  // What cannot be seen may stand inside a tag; without tags there may be spare blanks again.
  const cleaned = cleanName(stripTags(cleanName(nick.slice(0, longestText))))
  if ([...cleaned].length <= longestNick) return cleaned
  throw new UnfitTextError(`That nickname is too long: at most ${longestNick} characters`)
}

/** A message without tags and blanks at its ends, never empty. Throws UnfitTextError. */
export function cleanText(text: string): string {
  if (text.length > longestText)
    throw new UnfitTextError(`A message has at most ${longestText} characters`)
  const cleaned = stripTags(text.replace(/[^\P{Cc}\n\t]/gu, '')).trim()
  if (cleaned !== '') return cleaned
  throw new UnfitTextError('There is no text in that message')
}
