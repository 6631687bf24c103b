/** Turns links between files of the repository into links between pages of the site. */

import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Page } from './page.ts'

/** Where the repository and the sources of the site are, as paths of the file system. */
export interface Places {
  readonly repository: string
  readonly sources: string
}

/**
 * The text of a page with its relative links turned: to the page that holds the file, or else to the file itself, which
 * typedoc then carries along. Throws for a link to what is not there.
 */
export function turnLinks(page: Page, pages: readonly Page[], places: Places): string {
  const { origin, text } = page
  if (origin === undefined) return text
  const pageOf = new Map(pages.flatMap((one) => (one.origin ? [[one.origin, one.path]] : [])))
  return outsideOfCode(text, (prose) =>
    prose.replace(/\]\(([^)\s]+)\)/g, (whole, target: string) => {
      if (/^(#|\w+:)/.test(target)) return whole
      const [path = '', anchor] = target.split('#')
      const file = posix.join(posix.dirname(origin), path)
      const found = pageOf.get(file) ?? pageOf.get(posix.join(file, 'README.md'))
      if (found === undefined && !isFile(join(places.repository, file)))
        throw new Error(`${origin} links to ${target}, where there is neither a page nor a file`)
      const from = posix.dirname(
        found === undefined ? posix.join(places.sources, page.path) : page.path,
      )
      const to = found ?? posix.join(places.repository, file)
      return `](${posix.relative(from, to)}${anchor === undefined ? '' : `#${anchor}`})`
    }),
  )
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

/** A text of which all but fenced blocks and code between backticks was changed. */
export function outsideOfCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^```[\s\S]*?^```$|`[^`\n]+`)/m)
    .map((part, n) => (n % 2 === 1 ? part : change(part)))
    .join('')
}
