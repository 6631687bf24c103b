/** Tools of the specification: the table of threats; it alone knows where it stands and what a row holds. */
import type { Chapter } from './chapter.ts'
import type { Finding } from './finding.ts'

/** One row of the table: what is feared, and the requirements that meet it. */
export interface Threat {
  line: number
  threat: string
  ids: string[]
}

/** The rows of the first table below the heading `Threats`. */
export function readThreats(chapter: Chapter): Threat[] {
  const from = chapter.headings.find(({ text }) => text === 'Threats')?.line
  if (from === undefined) return []
  const rows: Threat[] = []
  for (const line of chapter.lines.slice(from)) {
    if (line.text.startsWith('#') || (rows.length > 0 && !line.text.startsWith('|'))) break
    const cells = line.text.split('|').map((cell) => cell.trim())
    const [, threat = '', , ids = ''] = cells
    if (cells.length < 4 || threat === 'threat' || threat.startsWith('---')) continue
    rows.push({
      line: line.number,
      threat,
      ids: [...ids.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id),
    })
  }
  return rows
}

/** Threats that no requirement meets, or whose requirement does not exist. */
export function lintThreats(chapters: readonly Chapter[]): Finding[] {
  const ids = new Set(chapters.flatMap(({ paragraphs }) => paragraphs.map(({ id }) => id)))
  const chapter = chapters.find(({ name }) => name === 'security')
  if (!chapter) return []
  const threats = readThreats(chapter)
  if (threats.length === 0) {
    const message = 'there is no table of threats; give one below a heading "Threats"'
    return [{ file: chapter.file, line: 1, message }]
  }
  return threats.flatMap(({ line, threat, ids: named }) => {
    const at = { file: chapter.file, line }
    const unknown = named.filter((id) => !ids.has(id))
    if (named.length === 0) {
      return [{ ...at, message: `the threat "${threat}" names no requirement that meets it` }]
    }
    return unknown.map((id) => ({
      ...at,
      message: `the threat "${threat}" names ${id}, which is no requirement`,
    }))
  })
}
