/** A page for each chapter: what is judged of every requirement in it, what a conforming server did, and what proves it. */

import type { AnyCheck } from '../../src/checks/every.ts'
import type { Requirement } from '../../src/ledger.ts'
import { goldenOf } from '../../src/report/golden.ts'
import { renderGolden } from '../../src/report/side-by-side.ts'
import { misdeedOf } from '../../src/self-test/misdeeds.ts'
import { block, code, details, type Page, prose, table } from './page.ts'
import { badgeWords, count, type Proof } from './proof.ts'

/** Longest line of a transcript, in UTF-16 code units. */
const WIDTH = 140

/** The page of a chapter; requirements in the order of its text. */
export function writeCheckPage(
  chapter: string,
  title: string,
  requirements: readonly Requirement[],
  proofs: ReadonlyMap<string, Proof>,
): Page {
  return {
    path: `checks/${chapter}.md`,
    title,
    text: [
      `# ${title}: checks and their proof`,
      `What the suite judges of [this chapter](../spec/${chapter}.md), requirement by requirement: the checks, what a conforming server did in each, and the faults that each of them has to catch in \`npm test\`.`,
      ...requirements.map((requirement) =>
        writeRequirement(requirement, proofs.get(requirement.id)),
      ),
    ].join('\n\n'),
  }
}

function writeRequirement(requirement: Requirement, proof: Proof | undefined): string {
  const { id, text, level, chapter, profile, actor, reason } = requirement
  if (!proof) throw new Error(`nobody looked what proves ${id}`)
  return [
    `## ${id}`,
    `<a id="${id}"></a><span class="badge ${proof.state.replaceAll(' ', '-')}"><b>${level}</b> ${badgeWords(requirement, proof)}</span> ${actor} · profile ${code(profile)} · [in its chapter](../spec/${chapter}.md#${id})`,
    `> ${prose(text)}`,
    ...(proof.state === 'not judged'
      ? [`Nothing outside can judge it: ${prose(reason ?? '')}.`]
      : []),
    ...proof.checks.map(writeCheck),
  ].join('\n\n')
}

function writeCheck(check: AnyCheck): string {
  const { id, needs = [], control, alone, killedBy } = check
  const facts = [
    ...(needs.length > 0 ? [`needs ${needs.map(code).join(', ')}`] : []),
    ...(control ? ['has a control arm'] : []),
    ...(alone ? ['runs alone'] : []),
  ]
  const golden = renderGolden(goldenOf(id) ?? [], WIDTH)
  return [
    `<a id="check-${id}"></a>Check **\`${id}\`**${facts.length > 0 ? `: ${facts.join('; ')}` : ''}`,
    ...(golden.length > 0
      ? [details('What a conforming implementation did', block('text', golden.join('\n')))]
      : []),
    details(
      `Must catch ${count(killedBy.length, 'fault')}`,
      killedBy.map((fault) => `- ${code(fault)}: ${prose(misdeedOf(fault) ?? '')}`).join('\n'),
    ),
  ].join('\n\n')
}

/** The page above them, with the numbers of each chapter. */
export function writeCheckIndex(
  chapters: readonly { readonly name: string; readonly title: string }[],
  ledger: readonly Requirement[],
  proofs: ReadonlyMap<string, Proof>,
): Page {
  const rows = chapters.map(({ name, title }) => {
    const own = ledger.filter(({ chapter }) => chapter === name)
    const all = own.map(({ id }) => proofs.get(id))
    const faults = new Set(all.flatMap((proof) => proof?.faults ?? []))
    return [
      `[${title}](checks/${name}.md)`,
      own.length,
      all.flatMap((proof) => proof?.checks ?? []).length,
      faults.size,
      all.filter((proof) => proof?.state === 'proven').length,
      all.filter((proof) => proof?.state === 'not judged').length,
    ].map(String)
  })
  return {
    path: 'checks.md',
    title: 'Checks',
    children: chapters.map(({ name }) => `checks/${name}.md`),
    text: [
      '# Checks and what proves them',
      'A green verdict is worth what its checks are able to refuse. Each check names faults, one-line misdeeds of the reference server or of a small client; `npm test` starts a server with each and demands that the check fails. **Proven** is a requirement whose every named fault is caught.',
      'Some requirements nothing outside can judge, such as how a key is compared: they say so, and why.',
      table(['chapter', 'requirements', 'checks', 'faults', 'proven', 'not judged'], rows),
      'How to read a verdict: [read a report](guides/read-a-report.md). How to add to this: [add a check](guides/add-a-check.md).',
    ].join('\n\n'),
  }
}
