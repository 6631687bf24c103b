/** Tools of the specification: what is wrong with requirement paragraphs; it alone knows the rules of one requirement. */
import type { Chapter, Paragraph } from './chapter.ts'
import type { Finding } from './finding.ts'
import { ACTORS, actorOf, CHAPTERS, CLASSES, keywordsOf, LEVELS, textOf } from './ledger.ts'
import type { Registry } from './registry.ts'

/** The share of MUSTs that may have no check: below it is allowed, at it no longer. */
const UNJUDGED_SHARE = 0.15

/** The rows that a requirement may cite, as `401 invalid-application-key` or `4300 token-expired`. */
export function rowsOf(registry: Registry): Set<string> {
  return new Set([
    ...registry.problems.rows.map((row) => `${row.status} ${row.code}`),
    ...registry.closeCodes.rows.map((row) => `${row.code} ${row.slug}`),
  ])
}

/** What is wrong with the requirements of all chapters, one by one and together. */
export function lintRequirements(chapters: readonly Chapter[], registry: Registry): Finding[] {
  const rows = rowsOf(registry)
  const profiles = new Set(registry.profiles.rows.map((row) => row.name))
  const seen = new Map<string, string>()
  const findings: Finding[] = []
  for (const chapter of chapters) {
    for (const paragraph of chapter.paragraphs) {
      const at = { file: chapter.file, line: paragraph.line }
      const say = (message: string): number =>
        findings.push({ ...at, message: `${paragraph.id || 'requirement'}: ${message}` })
      lintHead(chapter, paragraph, profiles).forEach(say)
      lintRows(paragraph, rows).forEach(say)
      lintText(textOf(paragraph)).forEach(say)
      const earlier = seen.get(paragraph.id)
      if (earlier) say(`the id is already used at ${earlier}; ids are never shared or reused`)
      seen.set(paragraph.id, `${at.file}:${at.line}`)
    }
  }
  return [...findings, ...lintShare(chapters)]
}

function lintHead(chapter: Chapter, paragraph: Paragraph, profiles: ReadonlySet<string>): string[] {
  const wrong: string[] = []
  const judged = CLASSES.find((name) => name === paragraph.class)
  if (paragraph.id === '') {
    wrong.push('the line cannot be read; write <a id="ID"></a>**`ID`** · profile · class · `row`')
  }
  if (paragraph.anchor !== paragraph.id) {
    wrong.push(`the anchor is "${paragraph.anchor}"; make it the id`)
  }
  if (!/^[a-z]+(\.[a-z0-9-]+){2}$/.test(paragraph.id) || !paragraph.id.startsWith(chapter.name)) {
    wrong.push(`an id reads ${chapter.name}.situation.reaction`)
  }
  if (!(CHAPTERS as readonly string[]).includes(chapter.name)) {
    wrong.push(`${chapter.file} is not a normative chapter; move the requirement to one`)
  }
  if (!profiles.has(paragraph.profile)) {
    wrong.push(
      `the profile "${paragraph.profile}" is unknown; add it to the registry or correct it`,
    )
  }
  if (!judged) {
    wrong.push(`the class "${paragraph.class}" is unknown; use one of ${CLASSES.join(', ')}`)
  }
  if ((judged === 'internal' || judged === 'human') && paragraph.reason === undefined) {
    wrong.push(`the class ${judged} needs a reason in parentheses`)
  }
  return wrong
}

function lintRows(paragraph: Paragraph, rows: ReadonlySet<string>): string[] {
  const text = textOf(paragraph)
  const refusal = /\b(?:MUST|SHOULD)(?: NOT)? (?:either )?(?:refuse\b|close (?:a|the|every) )/.exec(
    text,
  )
  const wrong = paragraph.rows
    .filter((row) => !rows.has(row))
    .map((row) => `the registry has no row "${row}"; add it there or correct it`)
  if (refusal && actorOf(text) === 'service' && paragraph.rows.length === 0) {
    wrong.push(`"${refusal[0].trim()}" is a refusal; name the registry row that answers`)
  }
  return wrong
}

function lintText(text: string): string[] {
  const wrong: string[] = []
  const keywords = keywordsOf(text)
  if (keywords.length === 0) wrong.push(`no keyword; use one of ${LEVELS.join(', ')}`)
  if (keywords.length > 1) {
    wrong.push(
      `${keywords.length} keywords (${keywords.join(', ')}); make it ${keywords.length} requirements`,
    )
  }
  const stray = keywords.find((keyword) => !(LEVELS as readonly string[]).includes(keyword))
  if (stray) wrong.push(`the keyword ${stray} is not used here; use one of ${LEVELS.join(', ')}`)
  if (actorOf(text) === undefined) {
    const openings = ACTORS.map(([opening]) => `"${opening.trim()}"`).join(', ')
    wrong.push(`no actor; begin the text with one of ${openings}`)
  }
  return wrong
}

function lintShare(chapters: readonly Chapter[]): Finding[] {
  const musts = chapters
    .flatMap(({ paragraphs }) => paragraphs)
    .filter((paragraph) => keywordsOf(textOf(paragraph))[0]?.startsWith('MUST'))
  const unjudged = musts.filter(({ class: judged }) => judged === 'internal' || judged === 'human')
  const first = chapters[0]
  if (!first || unjudged.length < UNJUDGED_SHARE * musts.length) return []
  if (musts.length === 0) return []
  const message = `${unjudged.length} of ${musts.length} MUSTs are internal or human; make more of them judgeable (below 15 %)`
  return [{ file: first.file, line: 1, message }]
}
