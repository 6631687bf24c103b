/** A page of the site before it is rendered: knows how it is written for typedoc. */

import { posix } from 'node:path'

/** Markdown with a place in the site. */
export interface Page {
  /** Below the folder of sources, such as `spec/token.md`. */
  readonly path: string
  readonly title: string
  /** The file of the repository whose text this is, relative to its root; links are read from there. */
  readonly origin?: string
  /** Paths of the pages below this one in the navigation, in order. */
  readonly children?: readonly string[]
  readonly text: string
}

/** The whole file: what typedoc reads ahead of the text, and the text. */
export function writePage({ path, title, children = [], text }: Page): string {
  const below = children.map(
    (child) => `  - ${JSON.stringify(posix.relative(posix.dirname(path), child))}`,
  )
  const head = [
    '---',
    `title: ${JSON.stringify(title)}`,
    ...(below.length > 0 ? ['children:', ...below] : []),
    '---',
  ]
  return `${head.join('\n')}\n\n${text.trim()}\n`
}

/** Text for people, of which nothing is markup but what stands between backticks. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, n) => (n % 2 === 1 ? part : part.replace(/[<>*_[\]{}|@\\]/g, escapeSign)))
    .join('')
}

function escapeSign(sign: string): string {
  return `&#${sign.charCodeAt(0)};`
}

/** A value as code, whatever is in it; safe in a cell of a table. */
export function code(text: string): string {
  return `<code>${text.replace(/[&<>*_[\]{}|@\\`]/g, escapeSign)}</code>`
}

/** A table, its cells Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Something to unfold; `summary` is inline HTML, `inside` is Markdown. */
export function details(summary: string, inside: string): string {
  return `<details><summary>${summary}</summary>\n\n${inside}\n\n</details>`
}

/** A fenced block that no line of its text can end. */
export function block(language: string, text: string): string {
  const fence = text.includes('```') ? '~~~~' : '```'
  return `${fence}${language}\n${text}\n${fence}`
}
