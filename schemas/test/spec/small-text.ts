/** Tests of the specification's tools: a small right text, so that each test can make one thing wrong. */
import { readChapter } from '../../tools/spec/chapter.ts'
import type { Finding } from '../../tools/spec/finding.ts'
import { lint } from '../../tools/spec/lint.ts'
import { readRegistry } from '../../tools/spec/registry.ts'

/** The registry as it is committed. */
export const registry = readRegistry(new URL('../../../', import.meta.url))

/** A requirement paragraph that the lint passes, with parts of its first line and text replaced. */
export function paragraph(part: { id?: string; head?: string; text?: string } = {}): string {
  const id = part.id ?? 'token.mint.answer'
  const head = part.head ?? 'core · wire'
  const text = part.text ?? 'The service MUST answer.'
  return `<a id="${id}"></a>**\`${id}\`** · ${head}\n${text}\n`
}

/** A chapter of security whose table of threats holds one row. */
export function threats(row: string): string {
  return `# Security\n\n## Threats\n\n| threat | met | requirements |\n|---|---|---|\n${row}\n`
}

/** What the lint finds in a token chapter and, beside it, a right or given security chapter. */
export function findingsOf(
  token: string,
  security = threats('| Forgery | so | `token.mint.answer` |'),
): Finding[] {
  const chapters = [
    readChapter('spec/token.md', `# Token\n\n${paragraph()}\n${token}`),
    readChapter('spec/security.md', security),
  ]
  return lint({ chapters, registry, exists: (path) => path === '../schemas/here.json' })
}

/** The messages of what the lint finds there. */
export function messagesOf(token: string, security?: string): string[] {
  return findingsOf(token, security).map(({ message }) => message)
}
