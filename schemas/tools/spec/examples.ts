/** Tools of the specification: the tagged fences of the text; it alone knows what a tag promises. */
import type { Chapter } from './chapter.ts'

/** A JSON example, its type, and for an invalid one where and why the validator refuses it. */
export interface JsonExample {
  file: string
  line: number
  type: string
  valid: boolean
  pointer: string
  reason: string
  body: string
}

/** One HTTP exchange: the request and the answer as the text shows them, placeholders in braces. */
export interface Exchange {
  file: string
  line: number
  name: string
  request: string
  answer: string
}

type Tag =
  | { kind: 'json'; type: string; valid: boolean; pointer: string; reason: string }
  | { kind: 'exchange'; name: string }
  | { kind: 'abnf' }
  | { kind: 'text' }

const WANTED =
  'tag it "json valid TYPE", "json invalid TYPE /pointer reason", "http exchange NAME", "abnf" or "text"'

/** The promise that an info string makes, or what is wrong with it. */
export function readTag(info: readonly string[]): Tag | { wrong: string } {
  const [language, word, name, pointer, ...reason] = info
  if (language === 'abnf' || language === 'text') {
    return word === undefined ? { kind: language } : { wrong: `"${language}" takes no tag` }
  }
  if (language === 'http' && word === 'exchange' && name !== undefined) {
    return pointer === undefined ? { kind: 'exchange', name } : { wrong: WANTED }
  }
  if (language === 'json' && word === 'valid' && name !== undefined && pointer === undefined) {
    return { kind: 'json', type: name, valid: true, pointer: '', reason: '' }
  }
  const complete = name !== undefined && pointer !== undefined && reason.length > 0
  if (language === 'json' && word === 'invalid' && complete) {
    return { kind: 'json', type: name, valid: false, pointer, reason: reason.join(' ') }
  }
  return { wrong: `the fence "${info.join(' ')}" is not tagged; ${WANTED}` }
}

/** All JSON examples of a chapter. */
export function jsonExamples(chapter: Chapter): JsonExample[] {
  return chapter.fences.flatMap(({ line, info, body }) => {
    const tag = readTag(info)
    if ('wrong' in tag || tag.kind !== 'json') return []
    const { type, valid, pointer, reason } = tag
    return [{ file: chapter.file, line, type, valid, pointer, reason, body }]
  })
}

/** All exchanges of a chapter. Throws where an answer is missing after the line `---`. */
export function exchanges(chapter: Chapter): Exchange[] {
  return chapter.fences.flatMap(({ line, info, body }) => {
    const tag = readTag(info)
    if ('wrong' in tag || tag.kind !== 'exchange') return []
    const [request, answer] = body.split('\n---\n')
    if (request === undefined || answer === undefined) {
      throw new Error(
        `${chapter.file}:${line}: the exchange has no answer; put it after a line ---`,
      )
    }
    return [{ file: chapter.file, line, name: tag.name, request, answer }]
  })
}
