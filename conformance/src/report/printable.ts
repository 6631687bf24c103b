/** Makes text that came from a target harmless and readable; it alone knows which characters must not reach a terminal. */

/** Everything that moves the cursor, colours, or turns the direction of reading. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The text on one line of at most `most` UTF-16 code units: white space is single spaces between words, what a terminal would act upon is `\u001b` and the like. */
export function printable(text: string, most: number): string {
  return shorten(text.replace(/\s+/g, ' ').trim().replace(UNPRINTABLE, escapeCharacter), most)
}

/** As {@link printable}, with its lines and its white space as they are. */
export function printableLines(text: string, most: number): string {
  const lines = text.replaceAll('\r\n', '\n')
  return shorten(
    lines.replace(UNPRINTABLE, (character) =>
      /[\n\t]/.test(character) ? character : escapeCharacter(character),
    ),
    most,
  )
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3).replace(/[\ud800-\udbff]$/, '')}...` : text
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
