/** `run --guide`: goes with somebody who builds a server from step to step, and stops at the first that is not done. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import type { Site } from '../drive/site.ts'
import { PATIENCE_MS } from '../drive/waiting.ts'
import { renderExample, renderTask, wrap } from '../guide/page.ts'
import type { Step } from '../guide/step.ts'
import { STEPS } from '../guide/steps.ts'
import { type StepOutcome, takeStep } from '../guide/walk.ts'
import { type Ledger, readLedger } from '../ledger.ts'
import { preflight } from '../preflight.ts'
import { renderDeviation } from '../report/console.ts'
import { printable } from '../report/printable.ts'
import { EXIT } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import type { Surroundings } from './conclude.ts'
import { repeatExec } from './exec-options.ts'
import { openTargets } from './open-target.ts'
import { makeReproduce } from './reproduce.ts'
import type { RunOptions } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** What a line of the verdict holds at most, in UTF-16 code units. */
const WIDTH = 500

/** Guides through all steps of the profiles that the server announces; returns the exit code of `run`. */
export async function guide(options: RunOptions, surroundings: Surroundings): Promise<number> {
  expectGuidable(options)
  const { say } = surroundings
  const services = Object.values(PROFILES)
    .filter(({ role, status }) => role === 'service' && status === 'specified')
    .map(({ name }) => name)
  const wanted = options.profiles.length > 0 ? options.profiles : services
  const commands = makeCommands(options, surroundings.env)
  try {
    const opened = await openTargets({ ...options, profiles: wanted })
    try {
      const [target] = opened.targets
      if (!target) throw new UsageError('there is no server to guide; give its URL, or --exec')
      const tell = (...lines: string[]): void => say(...redact(lines, target.secrets))
      tell(...opened.notes)
      return await walk(target, wanted, options, { ...surroundings, say: tell }, commands)
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    sayBeginning(printable(error.message, WIDTH), say, commands)
    return EXIT.noVerdict
  }
}

/** The commands that a reader may give next. */
interface Commands {
  readonly guide: string
  readonly whole: string
  check(id: string): string
}

function makeCommands(options: RunOptions, env: NodeJS.ProcessEnv): Commands {
  const make = makeReproduce(
    options.url?.baseUrl,
    env,
    options.again,
    options.exec && repeatExec(options.exec).program,
  )
  return {
    guide: make('--guide'),
    whole: make('').replace(/ {2,}/g, ' ').trim(),
    check: make,
  }
}

function expectGuidable(options: RunOptions): void {
  if (options.application) throw new UsageError('--guide is for servers, and not for applications')
  if (options.patterns.length > 0 || options.only)
    throw new UsageError('--guide goes through everything in its order; leave the patterns out')
  if (options.isGreased || options.repeat > 1)
    throw new UsageError('--guide goes through everything once; leave --grease and --repeat out')
  const { isJson, isRecorded, reportFile, junitFile, markdownFile, htmlFile } = options
  const hasReport = [reportFile, junitFile, markdownFile, htmlFile].some(
    (file) => file !== undefined,
  )
  if (isJson || isRecorded || hasReport)
    throw new UsageError('--guide speaks to a person; for a report run without it')
}

/** Nothing is there yet: the first step all the same. */
function sayBeginning(why: string, say: Surroundings['say'], { guide: again }: Commands): void {
  const [step, next] = STEPS as readonly [Step, Step]
  say(
    '',
    `step 1: ${step.title}`,
    '',
    ...renderTask(step),
    '',
    ...renderExample('discovery.document.served'),
    '',
    ...wrap(`Got: ${why}.`, '  '),
    '',
    `  when it is green, the next step is: ${next.title}`,
    `  then again     ${again}`,
    '',
    `no verdict: ${why}`,
  )
}

async function walk(
  target: Target,
  wanted: readonly string[],
  options: RunOptions,
  surroundings: Surroundings,
  commands: Commands,
): Promise<number> {
  const { say, style } = surroundings
  const ledger = readLedger()
  // Without a document that says so, or with one that does not, it is core that is built first.
  const profiles = [...new Set(['core', ...target.site.advertised.profiles])]
  const offered = STEPS.filter(
    ({ profile }) => profiles.includes(profile) && wanted.includes(profile),
  )
  let site: Site = {
    ...target.site,
    advertised: { ...target.site.advertised, profiles },
    ...(options.isRealTime && { steps: false }),
  }
  let isHeard = false
  say(printable(`${target.name}, ${offered.length} steps for ${profiles.join(', ')}`, WIDTH), '')
  let checks = 0
  const unjudged: string[] = []
  for (const [place, step] of offered.entries()) {
    const head = `${String(place + 1).padStart(2)} of ${offered.length}  ${step.title}`
    if (step.profile !== 'core' && !isHeard && site.receiver) {
      isHeard = true
      const { trouble, ...checked } = await preflight({ ...target, site })
      if (trouble !== undefined) {
        say(
          `${style.bad('stop')}  ${head}`,
          '',
          ...renderTask(step),
          '',
          ...wrap(`Got: ${trouble}.`, '  '),
        )
        say('', `  again          ${commands.guide}`, '', `no verdict: ${trouble}`)
        return EXIT.noVerdict
      }
      site = checked.site
    }
    const outcome = await takeStep(step, { ...target, site }, ledger, {
      ...(options.skip && { skip: options.skip }),
      ...(options.level && { level: options.level }),
      budgetSeconds: options.budgetSeconds,
      concurrency: options.concurrency,
      seed: options.seed,
      patienceMs: PATIENCE_MS,
    })
    checks += outcome.passed
    if (outcome.red.length > 0)
      return stopAt(step, offered[place + 1], head, outcome, ledger, surroundings, commands)
    if (outcome.passed === 0) unjudged.push(step.title)
    const mark = outcome.passed > 0 ? style.good('done') : style.strong('left')
    if (!options.isQuiet) say(`${mark}  ${head}  ${style.weak(describeDone(outcome))}`)
    for (const { check, got } of outcome.warned)
      say(style.weak(`        a SHOULD is not met, ${check}: ${printable(got ?? '', WIDTH)}`))
  }
  say('', ...renderNext(profiles, wanted), `  whole verdict  ${commands.whole}`, '')
  const names = [...new Set(offered.map(({ profile }) => profile))].join(', ')
  const timings = site.advertised.testTimings ? ', with test timings' : ''
  if (checks === 0 || (options.isStrict && unjudged.length > 0)) {
    say(style.bad(`no verdict: not judged: ${unjudged.join(', ')}`))
    return EXIT.noVerdict
  }
  const open = unjudged.length > 0 ? `; not judged: ${unjudged.join(', ')}` : ''
  const steps = unjudged.length > 0 ? 'every step that could be judged' : 'every step'
  say(
    style.good(
      `${steps} of ${names} is done: ${checks} ${plural(checks, 'check')} passed${timings}${open}`,
    ),
  )
  return EXIT.conformant
}

/** The reason of a check that another profile brings along, as the plan has it. */
const OF_PROFILE = /^needs profile (\S+), which the service does not announce$/

function describeDone({ passed, unmade }: StepOutcome): string {
  const later = unmade.flatMap((why) => OF_PROFILE.exec(why)?.[1] ?? [])
  const [why, ...others] = unmade.filter((one) => !OF_PROFILE.test(one))
  const rest =
    others.length > 0 ? `; and ${others.length} more ${plural(others.length, 'reason')}` : ''
  const missing = why === undefined ? '' : `; not all could be judged: ${why}${rest}`
  const more = later.length > 0 ? `; more of them with ${later.join(', ')}` : ''
  return `${passed} ${plural(passed, 'check')}${missing}${more}`
}

function plural(number: number, one: string): string {
  return number === 1 ? one : `${one}s`
}

/** What is not offered yet, and may be built next. */
function renderNext(profiles: readonly string[], wanted: readonly string[]): string[] {
  const rest = STEPS.filter(
    ({ profile }) => !profiles.includes(profile) && wanted.includes(profile),
  )
  const [step] = rest
  if (!step) return []
  const others = [...new Set(rest.map(({ profile }) => profile))].slice(1)
  return [
    `  What you may build next is ${step.profile}: announce it in discovery, and begin with: ${step.title}`,
    ...renderTask(step),
    ...(others.length > 0 ? [`  and later ${others.join(', ')}`] : []),
    '',
  ]
}

/** Shows the first thing that is wrong, and what comes after it. */
function stopAt(
  step: Step,
  next: Step | undefined,
  head: string,
  { passed, red }: StepOutcome,
  ledger: Ledger,
  { say, style }: Surroundings,
  commands: Commands,
): number {
  const [first, ...others] = red
  if (!first) return EXIT.suiteDefect
  const names = others.map(({ check }) => check)
  const some = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
  say(
    `${style.bad('stop')}  ${head}  ${style.weak(`${passed} ${plural(passed, 'check')} passed, ${red.length} not`)}`,
    '',
    ...renderTask(step),
    '',
    ...renderDeviation(first, ledger, style, commands.check(first.check), undefined),
    '',
    ...renderExample(first.check),
    '',
    ...(names.length > 0 ? wrap(`also not yet green in this step: ${some}`, '  ', '    ') : []),
    ...(next ? [`  when it is green, the next step is: ${next.title}`] : []),
    `  then again     ${commands.guide}`,
    '',
  )
  say(style.bad(`not done yet: ${step.title}, because of ${first.check}`))
  if (first.verdict === 'defect') return EXIT.suiteDefect
  return first.verdict === 'fail' ? EXIT.notConformant : EXIT.noVerdict
}
