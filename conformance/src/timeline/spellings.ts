/** Reads text without its escapes; it alone knows in how many ways a wire spells one character. */

/** A text without escapes, and where in the original each of its characters begins and the last one ends. */
export interface Plain {
  readonly text: string
  readonly starts: readonly number[]
}

/** Of JSON at any depth, of percent-encoding, and of markup. */
const ESCAPE =
  /\\+(?:u([0-9a-f]{4})|([^\\%&]))?|%([0-9a-f]{2})|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

/** How often escapes may be escaped themselves. */
const DEPTH = 4

/**
 * Takes escapes away until none is left, escapes of escapes included. A backslash before another character is nothing:
 * whether `\\n` is the end of a line or follows a backslash that was escaped cannot be told from a part of a text.
 */
export function readPlain(original: string): Plain {
  let plain: Plain = {
    text: original,
    starts: Array.from({ length: original.length + 1 }, (_, index) => index),
  }
  for (let depth = 0; depth < DEPTH && /[\\%&]/.test(plain.text); depth += 1) {
    const next = readOnce(plain)
    if (next.text === plain.text) break
    plain = next
  }
  return plain
}

function readOnce({ text, starts }: Plain): Plain {
  const parts: string[] = []
  const places: number[] = []
  let at = 0
  const take = (part: string, from: number, isEscape: boolean): void => {
    parts.push(part)
    for (let index = 0; index < part.length; index += 1)
      places.push(starts[isEscape ? from : from + index] as number)
  }
  for (const match of text.matchAll(ESCAPE)) {
    take(text.slice(at, match.index), at, false)
    take(readEscape(match), match.index, true)
    at = match.index + match[0].length
  }
  take(text.slice(at), at, false)
  places.push(starts.at(-1) as number)
  return { text: parts.join(''), starts: places }
}

function readEscape([, unit, after, byte, decimal, hex, name]: RegExpExecArray): string {
  if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16))
  if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16))
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? ''
  if (decimal === undefined && hex === undefined) return after ?? ''
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  return code > 0x10ffff ? '' : String.fromCodePoint(code)
}
