/** How code is found in an article's text: by the lines it begins and ends with, and never by their position. */

/** An article does not have a line that its code is found by. */
export class AnchorMissingError extends Error {}

/** The article's lines as they are. */
export function readLines(text: string): string[] {
  return text.split(/\r\n?|\n/)
}

/**
 * The lines from the first that begins with `first` through the next that is exactly `last`, unchanged; a space that
 * web pages do not break is a space, and those at a line's end do not count.
 * Throws an {@link AnchorMissingError} that names the anchor which is not there.
 */
export function takeFragment(lines: readonly string[], first: string, last: string): string[] {
  const plain = lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd())
  const start = plain.findIndex((line) => line.startsWith(first))
  if (start === -1) throw new AnchorMissingError(`no line begins with "${first}"`)
  const end = plain.indexOf(last, start)
  if (end === -1) throw new AnchorMissingError(`no line after "${first}" is "${last}"`)
  return lines.slice(start, end + 1)
}
