/** What a person reads of `fuzz`, and what is saved; it alone knows the wording. */

import type { Case } from '../fuzz/case-file.ts'
import type { Exploration } from '../fuzz/explore.ts'
import { countCells, readTables } from '../fuzz/states.ts'
import { describeStep, type Step } from '../fuzz/step.ts'
import type { Attempt } from '../fuzz/try-sequence.ts'
import { isMust, type Ledger } from '../ledger.ts'
import type { Style } from '../report/console.ts'
import { printable } from '../report/printable.ts'
import { renderTranscript } from '../report/transcript.ts'
import { EXIT } from '../summary.ts'
import type { Target } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import { repeatExec } from './exec-options.ts'
import type { FuzzOptions } from './fuzz-options.ts'
import { nameProgram } from './reproduce.ts'

/** A sequence that showed something. */
export interface Found {
  readonly steps: readonly Step[]
  readonly attempt: Attempt
  readonly path?: string
  readonly length?: number
  readonly attempts?: number
  readonly isSimplest?: boolean
}

const WIDTH = 400

/** What is about to happen. */
export function renderIntroduction(options: FuzzOptions, { name, site }: Target): string[] {
  const how = site.steps
    ? 'each sequence on a service of its own, on a clock that the suite moves'
    : site.launch
      ? 'each sequence on a service of its own, in real time'
      : 'one sequence after the other, in real time'
  const what = options.saved
    ? `the case ${options.saved.case.name}`
    : options.path === undefined
      ? `seed ${options.seed}, sequences of at most ${options.mostSteps} steps, for at most ${options.seconds} s`
      : `seed ${options.seed}, the sequence at ${options.path}`
  return [
    printable(`${name} announces ${site.advertised.profiles.join(', ')}`, WIDTH),
    `${what}; ${how}`,
  ]
}

/** The sequence in words, what it breaks, what was seen, and how to see it again. */
export function renderFinding(
  { steps, attempt, path, length, attempts, isSimplest }: Found,
  ledger: Ledger,
  {
    style,
    again,
    file,
  }: { readonly style: Style; readonly again: string; readonly file?: string | undefined },
): string[] {
  const { played, secrets } = attempt
  const finding = attempt.finding && redact(attempt.finding, secrets)
  if (!finding || !played) return []
  const requirement = ledger.find(finding.requirement)
  const simplified =
    length === undefined
      ? []
      : [
          `made of ${length} steps, in ${attempts} attempts${isSimplest ? '' : '; time ran out, --seconds gives more'}`,
        ]
  const turn = played.steps.find((step) => step.turn === finding.turn)
  const where =
    turn?.number === undefined
      ? ['  then, to see what became of it: '.concat(turn ? describeStep(turn.step) : 'nothing')]
      : []
  return [
    '',
    ...steps.map((step, index) => {
      const isIt = turn?.number === index + 1
      const line = `${isIt ? '>>' : '  '} ${String(index + 1).padStart(2)}  ${describeStep(step)}`
      return isIt ? style.bad(line) : line
    }),
    ...where,
    ...simplified.map((line) => style.weak(`   ${line}`)),
    '',
    `  ${style.bad(isMust(requirement) ? 'BROKEN' : 'NOT MET')} ${requirement.id}  ${style.weak(`${requirement.level}, spec/${requirement.chapter}.md#${requirement.id}`)}`,
    `      clause    ${printable(requirement.text, WIDTH)}`,
    ...(finding.cell ? [`      table     ${finding.cell}`] : []),
    `      expected  ${printable(finding.expected, WIDTH)}`,
    `      got       ${printable(finding.got, WIDTH)}`,
    '      seen',
    ...renderTranscript(redact(played.timeline, secrets), finding.offender).map(
      (line) => `     ${line}`,
    ),
    ...(path === undefined ? [] : [`      path      ${path}`]),
    ...(file === undefined ? [] : [`      saved     ${file}`]),
    `      again     ${again}`,
  ]
}

/** The counts that make a clean outcome worth something, and the verdict in words. */
export function renderEvidenceOf(
  { sequences, steps, visited, unclear, seconds }: Exploration,
  isFound: boolean,
  style: Style,
): {
  exitCode: number
  lines: string[]
  cells: Readonly<Record<string, { readonly visited: number; readonly of: number }>>
} {
  const rows = [...countCells(readTables())].map(
    ([name, of]) =>
      [
        name,
        { visited: [...visited].filter((cell) => cell.startsWith(`${name}: `)).length, of },
      ] as const,
  )
  const total = rows.reduce((sum, [, { of }]) => sum + of, 0)
  const lines = [
    '',
    `${sequences} ${sequences === 1 ? 'sequence' : 'sequences'} of ${steps} steps in ${seconds.toFixed(1)} s`,
    `cells of the state tables: ${visited.size} of ${total} (${rows.map(([name, row]) => `${name} ${row.visited} of ${row.of}`).join(', ')}); no sequence drains or restarts a service, stalls a reader or retires a key, and the table application-user is not followed`,
    ...[...unclear].map(
      ([why, count]) =>
        `unclear: ${count} ${count === 1 ? 'sequence' : 'sequences'}, ${printable(why, WIDTH)}`,
    ),
  ]
  const isSuspicious = [...unclear.keys()].some((why) => why.startsWith('seen once'))
  const [exitCode, words] = isFound
    ? ([
        EXIT.notConformant,
        style.bad('found: a sequence that the specification does not allow'),
      ] as const)
    : sequences === 0
      ? ([EXIT.noVerdict, 'no verdict: no sequence could be judged'] as const)
      : isSuspicious
        ? ([EXIT.noVerdict, 'no verdict: something was seen once, and not again'] as const)
        : ([EXIT.conformant, style.good('nothing found')] as const)
  return { exitCode, lines: [...lines, words], cells: Object.fromEntries(rows) }
}

/** What is saved of a finding; nothing secret is in it. */
export function caseOf(
  { seed, mostSteps, saved }: FuzzOptions,
  target: Target,
  { steps, attempt, path }: Found,
): Case | undefined {
  const finding = attempt.finding && redact(attempt.finding, attempt.secrets)
  if (!finding) return undefined
  const { requirement, cell, expected, got } = finding
  return {
    name: `${requirement} in ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`,
    found: { requirement, ...(cell && { cell }), expected, got },
    target: target.name,
    ...(!saved && { seed, most_steps: mostSteps }),
    ...(path !== undefined && { path }),
    steps: steps.map((step) => ({ ...step })),
  }
}

/** The one command that plays the sequence again. */
export function repeatCommand(
  { run, faults, seed, mostSteps, path: asked }: FuzzOptions,
  env: NodeJS.ProcessEnv,
  {
    file,
    path = asked,
  }: { readonly file?: string | undefined; readonly path?: string | undefined },
): string {
  const program = nameProgram(env)
  return [
    program,
    'fuzz',
    run.url?.baseUrl,
    ...(faults.length > 0 ? [`--fault ${faults.join(' ')}`] : []),
    ...(file === undefined
      ? [`--seed ${seed}`, ...(path ? [`--path ${path}`] : []), `--steps ${mostSteps}`]
      : [`--case ${file}`]),
    ...run.again,
    run.exec && repeatExec(run.exec).program,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}
