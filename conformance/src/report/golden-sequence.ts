/** Reads the lines of a recorded transcript as steps of a sequence diagram. */

import type { Lane, Step } from './sequence.ts'

const LINE = /^(.*?): (application|client|page|service|suite) (.*)$/s

/** One step per line; a line that is no event, such as how many were left out, is a remark. */
export function readGoldenSteps(lines: readonly string[]): Step[] {
  const askers = new Map<string, Lane>()
  return lines.map((line): Step => {
    const [, as = '', speaker, text = ''] = LINE.exec(line) ?? []
    const [from, to] = directionOf(as, speaker, text, askers)
    return speaker === undefined
      ? { from, to, as: '', label: line, full: line }
      : { from, to, as, label: text, full: line }
  })
}

function directionOf(
  as: string,
  speaker: string | undefined,
  text: string,
  askers: Map<string, Lane>,
): [Lane, Lane] {
  switch (speaker) {
    case 'service':
      return ['service', text.startsWith('webhook') ? 'application' : (askers.get(as) ?? 'client')]
    case 'application':
      if (!text.startsWith('answers ')) askers.set(as, 'application')
      return ['application', 'service']
    case 'client':
      askers.set(as, 'client')
      return text.startsWith('tells its page') ? ['client', 'client'] : ['client', 'service']
    case 'page':
      return /^[A-Z]+ \//.test(text) ? ['client', 'application'] : ['client', 'client']
    default:
      return ['service', 'service']
  }
}
