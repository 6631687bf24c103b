/** `run`: judges a target and reports. */

import { readFileSync, writeFileSync } from 'node:fs'
import { PROFILES } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import { readLedger } from '../ledger.ts'
import { type PlannedCheck, planChecks } from '../plan.ts'
import { type Preflight, preflight } from '../preflight.ts'
import { renderDeviations, renderSummary, type Style, styleFor } from '../report/console.ts'
import { renderJunit } from '../report/junit.ts'
import { makeReport, type Report } from '../report/report.ts'
import { runChecks } from '../runner.ts'
import { EXIT, summarise } from '../summary.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { type OpenedTarget, openTarget } from './open-target.ts'
import { makeReproduce } from './reproduce.ts'
import { type RunOptions, readRunOptions } from './run-options.ts'

/** Where a run is seen. */
interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly style: Style
  say(...lines: string[]): void
}

const PATIENCE_MS = 5000

/** Judges the target named first among the operands, or the reference server; returns the exit code. */
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
  let opened: OpenedTarget
  try {
    opened = await openTarget(options.url)
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
  try {
    let exitCode: number = EXIT.conformant
    for (let turn = 0; turn < options.repeat && exitCode === EXIT.conformant; turn += 1) {
      if (options.repeat > 1) say('', `run ${turn + 1} of ${options.repeat}`)
      const own = { ...options, seed: options.seed + turn }
      exitCode = await judge(opened.target, own, { env, style: styleFor(stream, env), say })
    }
    return exitCode
  } finally {
    await opened.close()
  }
}

async function judge(
  target: Target,
  options: RunOptions,
  { env, style, say }: Surroundings,
): Promise<number> {
  const ledger = readLedger()
  const startedAt = new Date()
  const { advertised } = target.site
  const checked = await preflight(target)
  const plan = planChecks(CHECKS, ledger, checked.site, {
    ...options,
    served: checked.served,
  })
  const planned = checked.isHopeless ? plan.map(withoutHope) : plan
  const count = planned.filter(({ decision }) => decision === 'run').length
  if (!options.isQuiet) {
    const { name, version } = target.implementation ?? { name: 'unnamed', version: '' }
    const webhooks = checked.site.receiver
      ? `webhooks at ${checked.site.receiver.url}`
      : 'no webhooks'
    say(
      `${target.name} (${name} ${version}) announces ${advertised.profiles.join(', ')}`,
      `revision ${ledger.revision}, ${count} of ${planned.length} checks, seed ${options.seed}, ${advertised.testTimings ? 'test' : 'production'} timings, ${webhooks}`,
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
  const seconds = (Date.now() - startedAt.getTime()) / 1000
  const trouble = findTrouble(checked, advertised.profiles, options.profiles)
  const summary = summarise(results, ledger, {
    profiles:
      options.profiles.length > 0
        ? options.profiles
        : advertised.profiles.filter((profile) => profile in PROFILES),
    testTimings: advertised.testTimings,
    isPartial: options.patterns.length > 0,
    isStrict: options.isStrict,
    ...(trouble !== undefined && { preflight: trouble }),
  })
  const reproduce = makeReproduce(options.url?.baseUrl, env, [
    `--seed ${options.seed}`,
    ...options.again,
  ])
  const run = { seed: options.seed, startedAt, seconds }
  const version = readVersion()
  writeReports(makeReport({ results, summary, ledger, target, run, version, reproduce }), options)
  say(
    ...renderDeviations(results, ledger, style, reproduce),
    ...renderSummary(summary, seconds, style),
  )
  return summary.exitCode
}

function withoutHope({ check }: PlannedCheck): PlannedCheck {
  return { check, decision: { notRun: 'the preflight failed' } }
}

function findTrouble(
  checked: Preflight,
  announced: readonly string[],
  wanted: readonly string[],
): string | undefined {
  const missing = wanted.filter((name) => !announced.includes(name))
  return missing.length > 0
    ? `the service does not announce ${missing.join(', ')}`
    : checked.trouble
}

/** Progress on a terminal in place; nothing elsewhere, where only deviations matter. */
function makeProgress(
  count: number,
  options: RunOptions,
): (result?: { readonly verdict: string }) => void {
  if (!process.stderr.isTTY || options.isQuiet) return () => {}
  let done = 0
  return (result) => {
    if (result?.verdict === 'not-run' || result?.verdict === 'unsupported') return
    if (result) done += 1
    process.stderr.write(result ? `\r${done}/${count}` : '\r\u001b[K')
  }
}

function writeReports(report: Report, options: RunOptions): void {
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  if (options.isJson) process.stdout.write(json)
  if (options.reportFile !== undefined) writeFileSync(options.reportFile, json)
  if (options.junitFile !== undefined) writeFileSync(options.junitFile, renderJunit(report))
}

function readVersion(): string {
  const manifest = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return manifest.version
}
