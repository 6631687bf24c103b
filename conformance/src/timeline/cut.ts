/** Shortens text before it is known which parts of it are secret; it alone knows how a cut is marked until redaction. */

/** Stands where text was cut off, as no text of a target does: the beginning of a secret may stand before it. */
export const CUT = '\ufdd0'

/** The text without its end, and {@link CUT} where that was, if it has more than `most` UTF-16 code units. */
export function cut(text: string, most: number): string {
  const own = text.replaceAll(CUT, '\ufffd')
  return own.length > most ? own.slice(0, most) + CUT : own
}
