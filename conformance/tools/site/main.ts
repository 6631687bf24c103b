/** Prepares the site: writes every page as Markdown into `dist/docs-source`, from where typedoc renders it. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { turnLinks } from './links.ts'
import { writePage } from './page.ts'
import { makePages } from './pages.ts'
import { REPOSITORY } from './sources.ts'

/** Relative to the root of the repository. */
const SOURCES = 'dist/docs-source'

const pages = makePages()
const folder = join(REPOSITORY, SOURCES)
rmSync(folder, { recursive: true, force: true })
for (const page of pages) {
  const text = turnLinks(page, pages, { repository: REPOSITORY, sources: folder })
  const file = join(folder, page.path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, page.path === 'home.md' ? text : writePage({ ...page, text }))
}
process.stdout.write(`${pages.length} pages in ${SOURCES}\n`)
