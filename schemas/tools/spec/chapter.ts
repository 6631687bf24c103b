/** Tools of the specification: a chapter's Markdown as lines, headings, requirement paragraphs and fences; it alone knows the form of the text. */

/** One line of a chapter: its number from 1, its text, and whether it stands inside a fence. */
export interface Line {
  number: number
  text: string
  fenced: boolean
}

/** One requirement paragraph as it stands in the text, not yet judged. */
export interface Paragraph {
  line: number
  id: string
  anchor: string
  profile: string
  class: string
  reason?: string
  rows: string[]
  section: string
  sentences: Line[]
}

/** One fenced block: the line and words of its opening, and what it holds. */
export interface Fence {
  line: number
  info: string[]
  body: string
}

/** A chapter, read. `name` is the file's name without `.md`, `file` the path that messages show. */
export interface Chapter {
  name: string
  file: string
  lines: Line[]
  headings: { line: number; depth: number; text: string }[]
  paragraphs: Paragraph[]
  fences: Fence[]
}

const OPENING = /^<a id="([^"]*)"><\/a>\*\*`([^`]*)`\*\*((?: · .+)?)$/
const CLASS = /^([a-z]+)(?: \((.+)\))?$/
const ROW = /^`([^`]+)`$/

/** Reads a chapter. Never fails: what is malformed stays visible in the result for the lint to report. */
export function readChapter(file: string, markdown: string): Chapter {
  const name = file.replace(/^.*\//, '').replace(/\.md$/, '')
  const chapter: Chapter = { name, file, lines: [], headings: [], paragraphs: [], fences: [] }
  readLines(chapter, markdown)
  let section = ''
  for (const line of chapter.lines) {
    if (line.fenced) continue
    const heading = /^(#+) (.+)$/.exec(line.text)
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      const text = heading[2]
      chapter.headings.push({ line: line.number, depth: heading[1].length, text })
      if (heading[1].length > 1) section = text
    }
    const paragraph = readParagraph(line, section)
    if (!paragraph) continue
    for (let next = line.number; next < chapter.lines.length; next += 1) {
      const sentence = chapter.lines[next]
      if (!sentence || sentence.text.trim() === '') break
      paragraph.sentences.push(sentence)
    }
    chapter.paragraphs.push(paragraph)
  }
  return chapter
}

function readLines(chapter: Chapter, markdown: string): void {
  let fence: Fence | undefined
  const body: string[] = []
  for (const [index, text] of markdown.replace(/\n$/, '').split('\n').entries()) {
    const mark = text.startsWith('```')
    chapter.lines.push({ number: index + 1, text, fenced: mark || fence !== undefined })
    if (!mark && fence) body.push(text)
    if (!mark) continue
    if (fence) {
      chapter.fences.push({ ...fence, body: body.splice(0).join('\n') })
      fence = undefined
    } else {
      fence = { line: index + 1, info: text.slice(3).split(' ').filter(Boolean), body: '' }
    }
  }
  if (fence) chapter.fences.push({ ...fence, info: [], body: body.join('\n') })
}

function readParagraph(line: Line, section: string): Paragraph | undefined {
  if (!line.text.startsWith('<a id=')) return undefined
  const opening = OPENING.exec(line.text)
  const [profile = '', judged = '', ...rows] = (opening?.[3] ?? '').split(' · ').slice(1)
  const parts = CLASS.exec(judged)
  return {
    line: line.number,
    id: opening?.[2] ?? '',
    anchor: opening?.[1] ?? '',
    profile,
    class: parts?.[1] ?? judged,
    ...(parts?.[2] === undefined ? {} : { reason: parts[2] }),
    rows: rows.map((row) => ROW.exec(row)?.[1] ?? row),
    section,
    sentences: [],
  }
}
