/** Follows every link of the built site, and fails where one leads nowhere. */

import { join } from 'node:path'
import { followLinks } from './html-links.ts'
import { REPOSITORY } from './sources.ts'

const SITE = 'dist/docs'

const { pages, links, broken } = followLinks(join(REPOSITORY, SITE))
for (const { page, link, why } of broken) process.stderr.write(`${page}: ${link}: ${why}\n`)
process.stdout.write(`${pages} pages, ${links} links followed, ${broken.length} broken\n`)
if (pages === 0 || broken.length > 0) process.exitCode = 1
else process.stdout.write(`begin at ${SITE}/index.html\n`)
