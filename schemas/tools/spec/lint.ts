/** Tools of the specification: everything that is wrong with the text, each with its place and what to do; pure. */
import type { Chapter } from './chapter.ts'
import { readTag } from './examples.ts'
import type { Finding } from './finding.ts'
import { CHAPTERS } from './ledger.ts'
import { lintLinks } from './lint-links.ts'
import { lintRequirements } from './lint-requirements.ts'
import type { Registry } from './registry.ts'
import { lintThreats } from './threats.ts'

/** What the lint judges: all Markdown of spec/, the registry, and whether a path beside it exists. */
export interface LintInput {
  chapters: readonly Chapter[]
  registry: Registry
  exists: (path: string) => boolean
}

/** Everything that is wrong, in the order of files and lines; empty when the text may be published. */
export function lint(input: LintInput): Finding[] {
  const normative = new Set<string>(CHAPTERS)
  const findings = [
    ...lintRequirements(input.chapters, input.registry),
    ...lintThreats(input.chapters),
    ...lintLinks(input.chapters, input.exists),
    ...input.chapters.flatMap(lintFences),
    ...input.chapters.flatMap(lintSentences),
    ...input.chapters.filter(({ name }) => normative.has(name)).flatMap(lintKeywords),
  ]
  return findings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
}

function lintFences(chapter: Chapter): Finding[] {
  return chapter.fences.flatMap((fence) => {
    const tag = readTag(fence.info)
    return 'wrong' in tag ? [{ file: chapter.file, line: fence.line, message: tag.wrong }] : []
  })
}

/** A line's prose: code spans, links and emphasis reduced to words. */
function proseOf(text: string): string {
  return text
    .replace(/^\s*(\d+\.|[*-]) /, '')
    .replace(/`[^`]*`/g, 'Code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('*', '')
}

function lintSentences(chapter: Chapter): Finding[] {
  return chapter.lines.flatMap((line) => {
    if (line.fenced || /^(\||#|<)/.test(line.text)) return []
    if (!/[.?!][")]? [A-Z"([]/.test(proseOf(line.text))) return []
    const message = 'two sentences share a line; give each sentence a line of its own'
    return [{ file: chapter.file, line: line.number, message }]
  })
}

function lintKeywords(chapter: Chapter): Finding[] {
  const required = new Set(
    chapter.paragraphs.flatMap(({ sentences }) => sentences.map(({ number }) => number)),
  )
  return chapter.lines.flatMap((line) => {
    const at = { file: chapter.file, line: line.number }
    const words = line.text.replace(/`[^`]*`/g, '')
    if (line.fenced) return []
    const lower = /\b(must|shall|should)\b/.exec(words)?.[1]
    if (lower !== undefined) {
      const message = `"${lower}" in lower case sounds binding and is not; say it otherwise, or make it a requirement`
      return [{ ...at, message }]
    }
    if (required.has(line.number) || words.includes('BCP 14')) return []
    const upper = /\b(MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b/.exec(words)?.[1]
    if (upper === undefined) return []
    const message = `${upper} stands outside a requirement; give it a paragraph with an id, or say it otherwise`
    return [{ ...at, message }]
  })
}
