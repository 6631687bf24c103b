/** Follows every link of a folder of built HTML; it knows how links and anchors stand in a page, and nothing of the site. */

import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A link that leads nowhere. */
export interface BrokenLink {
  readonly page: string
  readonly link: string
  readonly why: string
}

/** What was followed. */
export interface FollowedLinks {
  readonly pages: number
  /** Links inside the folder, anchors included; each occurrence counts. */
  readonly links: number
  readonly broken: readonly BrokenLink[]
}

const TAG = /<[a-zA-Z][^>]*>/g
const LINK = /\s(?:href|src)="([^"]*)"/g
const ANCHOR = /\s(?:id|name)="([^"]*)"/g
const SCRIPT = /<script\b[^>]*\ssrc="([^"?#]*)/g

/** Follows every link of every `.html` file below a folder. Links to other hosts are not followed. */
export function followLinks(folder: string): FollowedLinks {
  const files = new Set(
    globSync('**/*', { cwd: folder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.relative(folder, posix.join(entry.parentPath, entry.name))),
  )
  const anchors = new Map<string, ReadonlySet<string>>()
  const anchorsOf = (file: string): ReadonlySet<string> => {
    const known = anchors.get(file)
    if (known) return known
    const text = readFileSync(join(folder, file), 'utf8')
    const found = readAttributes(text, ANCHOR)
    // What a page's own scripts add to it is there, too.
    const scripts = [...text.matchAll(SCRIPT)]
      .map(([, source = '']) => posix.join(posix.dirname(file), source))
      .filter((script) => files.has(script))
    const set = new Set([...found, ...scripts.flatMap((script) => [...anchorsOf(script)])])
    anchors.set(file, set)
    return set
  }
  const pages = [...files].filter((file) => file.endsWith('.html')).sort()
  const broken: BrokenLink[] = []
  let links = 0
  for (const page of pages) {
    for (const link of readAttributes(readFileSync(join(folder, page), 'utf8'), LINK)) {
      if (/^(https?|mailto|data):/.test(link)) continue
      links += 1
      const why = whyBroken(page, link, files, anchorsOf)
      if (why !== undefined) broken.push({ page, link, why })
    }
  }
  return { pages: pages.length, links, broken }
}

function whyBroken(
  page: string,
  link: string,
  files: ReadonlySet<string>,
  anchorsOf: (file: string) => ReadonlySet<string>,
): string | undefined {
  if (/^(\/|[\w+-]+:)/.test(link)) return 'not relative, so it holds at one address only'
  const [path = '', anchor = ''] = link.split('#')
  const [bare = ''] = path.split('?')
  const file = bare === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(bare))
  if (!files.has(file)) return `there is no file ${file}`
  if (anchor === '' || !/\.(html|svg)$/.test(file)) return undefined
  return anchorsOf(file).has(decodeURIComponent(anchor))
    ? undefined
    : `${file} has no anchor ${anchor}`
}

function readAttributes(html: string, attribute: RegExp): string[] {
  const markup = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (whole) =>
    whole.slice(0, whole.indexOf('>') + 1),
  )
  return (markup.match(TAG) ?? []).flatMap((tag) =>
    [...tag.matchAll(attribute)].map(([, value = '']) => unescapeHtml(value)),
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, digits?: string, name?: string) =>
    digits ? String.fromCodePoint(Number(digits)) : (ENTITIES[name ?? ''] ?? whole),
  )
}
