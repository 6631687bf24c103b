/** `explain`: what a check or a requirement is about. */

import { EVERY_CHECK } from '../checks/every.ts'
import { isTestable, readLedger } from '../ledger.ts'
import { suggest } from '../plan.ts'
import { EXIT } from '../summary.ts'
import { UsageError } from './usage-error.ts'

/** Prints the clause and the checks of a requirement, or of the requirement that a check judges. */
export function explain(id: string): number {
  const ledger = readLedger()
  const check = EVERY_CHECK.find((candidate) => candidate.id === id)
  const requirement = ledger.requirements.find(
    (candidate) => candidate.id === (check?.proves ?? id),
  )
  if (!requirement) {
    const ids = [
      ...EVERY_CHECK.map((candidate) => candidate.id),
      ...ledger.requirements.map((candidate) => candidate.id),
    ]
    throw new UsageError(
      `there is no check or requirement ${id}; did you mean ${suggest(id, ids).join(', ')}?`,
    )
  }
  const lines = [
    requirement.id,
    '',
    `  ${requirement.text}`,
    '',
    `  ${requirement.level}, profile ${requirement.profile}, spec/${requirement.chapter}.md#${requirement.id}`,
    ...requirement.rows.map(
      ({ kind, code, slug }) =>
        `  refused with ${kind === 'close' ? 'close code' : 'status'} ${code} ${slug}`,
    ),
    ...(isTestable(requirement)
      ? []
      : [`  not judged from outside (${requirement.class}): ${requirement.reason ?? ''}`]),
  ]
  for (const { id: name, needs = [], killedBy, control, alone, drive } of EVERY_CHECK.filter(
    ({ proves }) => proves === requirement.id,
  )) {
    lines.push('', `  check ${name}`)
    if (needs.length > 0) lines.push(`    needs     ${needs.join(', ')}`)
    if (alone) lines.push('    runs      alone, because it disturbs the whole server')
    lines.push(
      `    control   ${control ? 'the same without the defect must work, otherwise it is inconclusive' : 'none: the clause itself asks for something to happen'}`,
    )
    lines.push(`    proven by ${killedBy.join(', ')}`)
    lines.push('    stimulus', ...stimulusOf(drive).map((line) => `      ${line}`))
  }
  process.stdout.write(`${lines.join('\n')}\n`)
  return EXIT.conformant
}

/** The stimulus as it is written, which is the shortest true description of it. */
function stimulusOf(drive: (...args: never[]) => unknown): string[] {
  const lines = drive.toString().split('\n').slice(1, -1)
  const margin = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(margin))
}
