/** Tools of the specification: requirement paragraphs as rows of the ledger; it alone knows how a row follows from the text. */
import type { Chapter, Paragraph } from './chapter.ts'

/** The five words of BCP 14 that the specification uses, longest first. */
export const LEVELS = ['MUST NOT', 'SHOULD NOT', 'MUST', 'SHOULD', 'MAY'] as const

/** How strongly a requirement binds. */
export type Level = (typeof LEVELS)[number]

/** How a requirement can be judged. */
export const CLASSES = ['wire', 'time', 'webhook', 'internal', 'human'] as const

/** The openings that a requirement's text may have, and the role that each names. */
export const ACTORS: readonly (readonly [opening: string, actor: string])[] = [
  ['The service ', 'service'],
  ['A service ', 'service'],
  ['A draining service ', 'service'],
  ['The application ', 'application'],
  ['An application ', 'application'],
  ['The client ', 'client'],
  ['A client ', 'client'],
]

/** One requirement as the conformance suite reads it. */
export interface Requirement {
  id: string
  level: string
  actor: string
  profile: string
  class: string
  reason?: string
  rows: { kind: 'problem' | 'close'; code: number; slug: string }[]
  chapter: string
  section: string
  text: string
}

/** The order in which an implementer meets the chapters, which is the order of the ledger. */
export const CHAPTERS = [
  'terms',
  'discovery',
  'token',
  'connection',
  'message',
  'broadcast',
  'batch',
  'resume',
  'sse',
  'idempotency',
  'control',
  'presence',
  'webhook',
  'socket',
  'cluster',
  'gae',
  'client',
  'application',
  'problem',
  'security',
] as const

/** The words in capitals that BCP 14 defines, in the order in which they stand in a text. */
export function keywordsOf(text: string): string[] {
  return (
    text.match(/\b(?:MUST|SHALL|SHOULD)(?: NOT)?\b|\b(?:MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b/g) ??
    []
  )
}

/** The role that a requirement's text begins with, or undefined where it begins with none. */
export function actorOf(text: string): string | undefined {
  return ACTORS.find(([opening]) => text.startsWith(opening))?.[1]
}

/** The whole text of a requirement, its lines joined by spaces. */
export function textOf(paragraph: Paragraph): string {
  return paragraph.sentences.map((line) => line.text.trim()).join(' ')
}

/** A close code is four digits, an HTTP status three. */
export function readRow(row: string): { kind: 'problem' | 'close'; code: number; slug: string } {
  const [number = '', slug = ''] = row.split(' ')
  return { kind: number.length === 4 ? 'close' : 'problem', code: Number(number), slug }
}

/** The rows of the ledger, in the order of the text. Expects chapters that the lint has passed. */
export function makeLedger(chapters: readonly Chapter[]): Requirement[] {
  return chapters.flatMap((chapter) =>
    chapter.paragraphs.map((paragraph) => {
      const text = textOf(paragraph)
      return {
        id: paragraph.id,
        level: keywordsOf(text)[0] ?? '',
        actor: actorOf(text) ?? '',
        profile: paragraph.profile,
        class: paragraph.class,
        ...(paragraph.reason === undefined ? {} : { reason: paragraph.reason }),
        rows: paragraph.rows.map(readRow),
        chapter: chapter.name,
        section: paragraph.section,
        text,
      }
    }),
  )
}
