/** Tools of the specification: links and mentioned ids that lead nowhere; it alone knows where anchors are. */
import type { Chapter } from './chapter.ts'
import type { Finding } from './finding.ts'
import { CHAPTERS } from './ledger.ts'

const MENTION = new RegExp(`\`((?:${CHAPTERS.join('|')})\\.[a-z0-9-]+\\.[a-z0-9-]+)\``, 'g')

/** The anchor that a heading gets from renderers of Markdown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** Links whose file or anchor is missing, and ids in code spans that no requirement has. */
export function lintLinks(
  chapters: readonly Chapter[],
  exists: (path: string) => boolean,
): Finding[] {
  const anchors = new Map(
    chapters.map(({ name, headings, paragraphs }) => [
      `${name}.md`,
      new Set([...headings.map(({ text }) => anchorOf(text)), ...paragraphs.map(({ id }) => id)]),
    ]),
  )
  const ids = new Set(chapters.flatMap(({ paragraphs }) => paragraphs.map(({ id }) => id)))
  return chapters.flatMap((chapter) =>
    chapter.lines
      .filter(({ fenced }) => !fenced)
      .flatMap((line) => {
        const links = [...line.text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
        const broken = links
          .filter((link) => !link.includes('://'))
          .flatMap((link) => brokenLink(link, `${chapter.name}.md`, anchors, exists))
        const unknown = [...line.text.matchAll(MENTION)]
          .map(([, id = '']) => id)
          .filter((id) => !ids.has(id))
          .map((id) => `no requirement has the id ${id}; correct it`)
        return [...broken, ...unknown].map((message) => ({
          file: chapter.file,
          line: line.number,
          message,
        }))
      }),
  )
}

function brokenLink(
  link: string,
  own: string,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
  exists: (path: string) => boolean,
): string[] {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? own : path
  const known = anchors.get(file)
  if (!known && !exists(file)) return [`the link ${link} leads to no file; correct it`]
  if (anchor === undefined || known?.has(anchor)) return []
  return [`the link ${link} leads to no anchor of ${file}; correct it`]
}
