/** `run`: judges a target and reports. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import type { Site } from '../drive/site.ts'
import { type Ledger, readLedger } from '../ledger.ts'
import { APPLICATION_PROFILE, type PlannedCheck, planChecks } from '../plan.ts'
import { preflight } from '../preflight.ts'
import { preflightApplication } from '../preflight-application.ts'
import { styleFor } from '../report/console.ts'
import type { ReportTarget } from '../report/report.ts'
import { runChecks } from '../runner.ts'
import { EXIT } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import type { Result } from '../verdict.ts'
import { concludeRun, makeProgress, type Surroundings } from './conclude.ts'
import { type OpenedTargets, openTargets } from './open-target.ts'
import { makeReproduce } from './reproduce.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'

const PATIENCE_MS = 5000

/** Judges what the options name, or the project's own server and chat; returns the exit code. */
export async function run(
  operands: readonly string[],
  flags: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const options = readRunOptions(operands, flags)
  const stream = options.isJson ? process.stderr : process.stdout
  const say = (...lines: string[]): void => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  let opened: OpenedTargets
  try {
    opened = await openTargets(options)
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
  if (!options.isQuiet) say(...opened.notes)
  try {
    let exitCode: number = EXIT.conformant
    for (let turn = 0; turn < options.repeat && exitCode === EXIT.conformant; turn += 1) {
      if (options.repeat > 1) say('', `run ${turn + 1} of ${options.repeat}`)
      const own = { ...options, seed: options.seed + turn }
      exitCode = await judge(opened.targets, own, { env, style: styleFor(stream, env), say })
    }
    return exitCode
  } finally {
    await opened.close()
  }
}

async function judge(
  targets: readonly Target[],
  options: RunOptions,
  { env, style, say }: Surroundings,
): Promise<number> {
  const ledger = readLedger()
  const startedAt = new Date()
  const results: Result[] = []
  const troubles: string[] = []
  for (const target of targets) {
    const judged = await judgeTarget(target, options, ledger, say)
    results.push(...judged.results)
    troubles.push(...judged.troubles)
  }
  const offered = [...new Set(targets.flatMap(profilesOf))]
  const missing = options.profiles.filter((name) => !offered.includes(name))
  const [trouble] = [
    ...(missing.length > 0 ? [`the service does not announce ${missing.join(', ')}`] : []),
    ...troubles,
  ]
  const testTimings = targets.some(({ site }) => site.advertised.testTimings)
  const facts = {
    profiles:
      options.profiles.length > 0
        ? options.profiles
        : offered.filter((profile) => profile in PROFILES),
    testTimings,
    isPartial: options.patterns.length > 0,
    isStrict: options.isStrict,
    ...(trouble !== undefined && { preflight: trouble }),
  }
  const reproduce = makeReproduce(options.url?.baseUrl, env, [
    `--seed ${options.seed}`,
    ...options.again,
  ])
  const target = describeTargets(targets, offered, testTimings)
  const { seed } = options
  return concludeRun({ results, ledger, facts, target, seed, startedAt, reproduce }, options, {
    style,
    say,
  })
}

/** Plans and makes the checks of one target, and says what is about to happen. */
async function judgeTarget(
  target: Target,
  options: RunOptions,
  ledger: Ledger,
  say: Surroundings['say'],
): Promise<{ results: Result[]; troubles: string[] }> {
  const { advertised, application } = target.site
  const checked = application ? await preflightApplication(target.site) : await preflight(target)
  const plan = planChecks(CHECKS, ledger, checked.site, {
    ...options,
    served: checked.served,
  })
  const planned = checked.isHopeless ? plan.map(withoutHope) : plan
  const count = planned.filter(({ decision }) => decision === 'run').length
  if (!options.isQuiet) {
    say(
      introduce(target),
      `revision ${ledger.revision}, ${count} of ${planned.length} checks, seed ${options.seed}, ${advertised.testTimings ? 'test' : 'production'} timings${application ? '' : `, ${describeReceiver(checked.site)}`}`,
    )
  }
  const progress = makeProgress(count, options)
  const results = await runChecks(planned, { ...target, site: checked.site }, ledger, {
    concurrency: options.concurrency,
    seed: options.seed,
    patienceMs: PATIENCE_MS,
    onResult: progress,
  })
  progress()
  return { results, troubles: checked.trouble === undefined ? [] : [checked.trouble] }
}

function introduce({ name, implementation, site }: Target): string {
  if (site.application) return `${name}, an application on the service at ${site.baseUrl}`
  const { name: product, version } = implementation ?? { name: 'unnamed', version: '' }
  return `${name} (${product} ${version}) announces ${site.advertised.profiles.join(', ')}`
}

function describeReceiver({ receiver }: Site): string {
  return receiver ? `webhooks at ${receiver.url}` : 'no webhooks'
}

/** What a target is judged for: an application for its role, a service for what it announces. */
function profilesOf({ site }: Target): readonly string[] {
  return site.application ? [APPLICATION_PROFILE] : site.advertised.profiles
}

/** Several targets of one run as a report names them. */
function describeTargets(
  targets: readonly Target[],
  profiles: readonly string[],
  testTimings: boolean,
): ReportTarget {
  const [first] = targets
  const baseUrl = first?.site.application?.baseUrl ?? first?.site.baseUrl ?? ''
  return {
    name: targets.map(({ name }) => name).join(' and '),
    ...(first?.implementation && { implementation: first.implementation }),
    site: { baseUrl, advertised: { profiles, testTimings } },
  }
}

function withoutHope({ check }: PlannedCheck): PlannedCheck {
  return { check, decision: { notRun: 'the preflight failed' } }
}
