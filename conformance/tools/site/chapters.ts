/** The chapters of the specification as pages, each requirement with its badge. */

import type { Ledger, Requirement } from '../../src/ledger.ts'
import type { Page } from './page.ts'
import { badgeWords, type Proof } from './proof.ts'

/** A requirement's paragraph: its anchor, the rest of its first line, and its sentences. */
const PARAGRAPH = /^<a id="([\w.-]+)"><\/a>(\*\*`.*)\n((?:.+\n?)+)/gm

/** A chapter with a badge behind the head of every requirement; throws where an anchor has no row in the ledger. */
export function badgeChapter(
  chapter: string,
  markdown: string,
  ledger: Ledger,
  proofs: ReadonlyMap<string, Proof>,
): string {
  return markdown.replace(PARAGRAPH, (_, id: string, head: string, sentences: string) => {
    const requirement = ledger.find(id)
    const proof = proofs.get(id)
    if (!proof) throw new Error(`spec/${chapter}.md: nobody looked what proves ${id}`)
    return [
      '<div class="requirement">',
      '',
      `<a id="${id}"></a>${head} ${writeBadge(requirement, proof, chapter)}`,
      '',
      sentences.trim(),
      '',
      '</div>',
      '',
    ].join('\n')
  })
}

function writeBadge(requirement: Requirement, proof: Proof, chapter: string): string {
  const { id, level } = requirement
  const words = badgeWords(requirement, proof)
  const state = proof.state.replaceAll(' ', '-')
  return `<a class="badge ${state}" href="../checks/${chapter}.md#${id}"><b>${level}</b> ${words}</a>`
}

/** The paths of the chapters in the order in which the specification's own table of contents has them. */
export function orderOfChapters(contents: string): readonly string[] {
  return [...contents.matchAll(/^\| \[[^\]]+\]\((\w+)\.md\)/gm)].map(
    ([, name]) => `spec/${name}.md`,
  )
}

/** The title that a Markdown file gives itself. */
export function titleOf(markdown: string): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1]
  if (title === undefined) throw new Error('a page begins with its title: a line "# ..."')
  return title
}

/** A page that is a file of the repository. */
export function pageOfFile(
  origin: string,
  path: string,
  markdown: string,
  title = titleOf(markdown),
): Page {
  return { origin, path, title, text: markdown }
}
