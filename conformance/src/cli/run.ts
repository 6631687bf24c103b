/** `run`: judges a target and reports. */

import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { DEVELOPMENT, PROFILES } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import { readLedger } from '../ledger.ts'
import { isSelected, planChecks, suggest } from '../plan.ts'
import { preflight } from '../preflight.ts'
import { renderDeviations, renderSummary, styleFor } from '../report/console.ts'
import { renderJunit } from '../report/junit.ts'
import { makeReport, type Report } from '../report/report.ts'
import { runChecks } from '../runner.ts'
import { EXIT, summarise } from '../summary.ts'
import { startReferenceHost } from '../target/reference.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { openUrlTarget } from '../target/url.ts'
import { makeReproduce } from './reproduce.ts'
import { UsageError } from './usage-error.ts'

interface RunFlags {
  readonly applicationKey?: string | string[]
  readonly webhookSecret?: string | string[]
  /** false where `--no-webhooks` was given; commander sets true where neither form was. */
  readonly webhooks?: string | boolean
  readonly origin?: string
  readonly profile?: string[]
  readonly budget: string
  readonly seed?: string
  readonly repeat: string
  readonly concurrency: string
  readonly strict?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly junit?: string
  readonly quiet?: boolean
}

const PATIENCE_MS = 5000

/** Judges the target named first among the operands, or the reference server; returns the exit code. */
export async function run(
  operands: readonly string[],
  flags: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const options = flags as RunFlags
  const hasUrl = /^https?:\/\//.test(operands[0] ?? '')
  const patterns = hasUrl ? operands.slice(1) : operands
  checkPatterns(patterns)
  checkProfiles(options.profile ?? [])
  const repeat = wholeNumber('--repeat', options.repeat)
  let seed =
    options.seed === undefined ? randomInt(1_000_000) : wholeNumber('--seed', options.seed, 0)
  const write = options.json ? process.stderr : process.stdout
  const style = styleFor(write, env)
  const say = (...lines: string[]): void => {
    for (const line of lines) write.write(`${line}\n`)
  }

  let opened: { target: Target; close: () => Promise<void> }
  try {
    opened = hasUrl ? await openUrl(operands[0] ?? '', options) : await openReference()
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${error.message}`)
    return EXIT.noVerdict
  }
  try {
    let exitCode: number = EXIT.conformant
    for (let turn = 1; turn <= repeat && exitCode === EXIT.conformant; turn += 1, seed += 1) {
      if (repeat > 1) say('', `run ${turn} of ${repeat}`)
      exitCode = await judge(opened.target, hasUrl, patterns, seed, options, env, say, style)
    }
    return exitCode
  } finally {
    await opened.close()
  }
}

async function judge(
  target: Target,
  hasUrl: boolean,
  patterns: readonly string[],
  seed: number,
  options: RunFlags,
  env: NodeJS.ProcessEnv,
  say: (...lines: string[]) => void,
  style: ReturnType<typeof styleFor>,
): Promise<number> {
  const ledger = readLedger()
  const startedAt = new Date()
  const { advertised } = target.site
  const checked = await preflight(target)
  const wanted = options.profile ?? advertised.profiles.filter((name) => name in PROFILES)
  const plan = planChecks(CHECKS, ledger, checked.site, {
    patterns,
    profiles: options.profile ?? [],
    budgetSeconds: wholeNumber('--budget', options.budget, 0),
  })
  const planned = checked.isHopeless
    ? plan.map(({ check }) => ({ check, decision: { notRun: 'the preflight failed' } }))
    : plan
  const count = planned.filter(({ decision }) => decision === 'run').length
  const identity = target.implementation
    ? `${target.implementation.name} ${target.implementation.version}`
    : 'unnamed'
  if (!options.quiet) {
    say(
      `${target.name} (${identity}) announces ${advertised.profiles.join(', ')}`,
      `revision ${ledger.revision}, ${count} of ${planned.length} checks, seed ${seed}, ${advertised.testTimings ? 'test timings' : 'production timings'}${checked.site.receiver ? `, webhooks at ${checked.site.receiver.url}` : ', no webhooks'}`,
    )
  }
  const progress = makeProgress(count, options)
  const results = await runChecks(planned, { ...target, site: checked.site }, ledger, {
    concurrency: wholeNumber('--concurrency', options.concurrency),
    seed,
    patienceMs: PATIENCE_MS,
    onResult: progress,
  })
  progress()
  const seconds = (Date.now() - startedAt.getTime()) / 1000
  const unannounced = (options.profile ?? []).filter((name) => !advertised.profiles.includes(name))
  const trouble =
    unannounced.length > 0
      ? `the service does not announce ${unannounced.join(', ')}`
      : checked.trouble
  const summary = summarise(results, ledger, {
    profiles: wanted,
    testTimings: advertised.testTimings,
    isPartial: patterns.length > 0,
    isStrict: options.strict === true,
    ...(trouble !== undefined && { preflight: trouble }),
  })
  const reproduce = makeReproduce(
    hasUrl ? target.site.baseUrl : undefined,
    env,
    reproducing(options, seed),
  )
  const report = makeReport({
    results,
    summary,
    ledger,
    target,
    run: { seed, startedAt, seconds },
    version: readVersion(),
    reproduce,
  })
  writeReports(report, options)
  say(
    ...renderDeviations(results, ledger, style, reproduce),
    ...renderSummary(summary, seconds, style),
  )
  return summary.exitCode
}

/** Progress on a terminal in place; nothing elsewhere, where only deviations matter. */
function makeProgress(
  count: number,
  options: RunFlags,
): (result?: { readonly verdict: string }) => void {
  if (!process.stderr.isTTY || options.quiet) return () => {}
  let done = 0
  return (result) => {
    if (result?.verdict === 'not-run' || result?.verdict === 'unsupported') return
    if (result) done += 1
    process.stderr.write(result ? `\r${done}/${count}` : '\r\u001b[K')
  }
}

function writeReports(report: Report, options: RunFlags): void {
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  if (options.json) process.stdout.write(json)
  if (options.report !== undefined) writeFileSync(options.report, json)
  if (options.junit !== undefined) writeFileSync(options.junit, renderJunit(report))
}

async function openUrl(
  baseUrl: string,
  options: RunFlags,
): Promise<{ target: Target; close: () => Promise<void> }> {
  if (!URL.canParse(baseUrl)) throw new UsageError(`${baseUrl} is not a URL`)
  if (new URL(baseUrl).username !== '') {
    throw new UsageError('a base URL carries no user name or password; give --application-key')
  }
  const listen = options.webhooks === false ? undefined : readListen(options.webhooks)
  let target: Target
  try {
    target = await openUrlTarget({
      baseUrl,
      applicationKeys: listOf(options.applicationKey) ?? DEVELOPMENT.application_keys,
      webhookSecrets: listOf(options.webhookSecret) ?? DEVELOPMENT.webhook_secrets,
      listedOrigin: options.origin ?? DEVELOPMENT.origins[0],
      ...(listen && { webhooks: listen }),
    })
  } catch (error) {
    if (error instanceof TargetUnavailable) throw error
    throw new UsageError((error as Error).message)
  }
  return { target, close: () => target.stop() }
}

async function openReference(): Promise<{ target: Target; close: () => Promise<void> }> {
  const host = await startReferenceHost()
  const target = await host.start({ testTimings: true })
  return { target, close: () => host.stop() }
}

function readListen(webhooks: string | true | undefined): { host: string; port: number } {
  const text = typeof webhooks === 'string' ? webhooks : DEVELOPMENT.webhook_base
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' || url.pathname !== '/') {
    throw new UsageError(
      `--webhooks takes a URL such as http://127.0.0.1:9090, without a path; got ${text}`,
    )
  }
  return { host: url.hostname, port: Number(url.port || 80) }
}

function listOf(value: string | string[] | undefined): string[] | undefined {
  return value === undefined ? undefined : [value].flat().flatMap((text) => text.split(','))
}

function checkPatterns(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    if (CHECKS.some((check) => isSelected(check, [pattern]))) continue
    const ids = [...new Set(CHECKS.flatMap(({ id, proves }) => [id, proves]))]
    throw new UsageError(
      `no check or requirement matches ${pattern}; did you mean ${suggest(pattern, ids).join(', ')}?`,
    )
  }
}

function checkProfiles(profiles: readonly string[]): void {
  for (const name of profiles) {
    if (!(name in PROFILES)) {
      throw new UsageError(
        `there is no profile ${name}; there are ${Object.keys(PROFILES).join(', ')}`,
      )
    }
  }
}

function reproducing(options: RunFlags, seed: number): string[] {
  return [
    `--seed ${seed}`,
    ...(options.webhooks === false
      ? ['--no-webhooks']
      : typeof options.webhooks === 'string'
        ? [`--webhooks ${options.webhooks}`]
        : []),
    ...(options.applicationKey === undefined ? [] : ['--application-key ...']),
  ]
}

function wholeNumber(flag: string, text: string, least = 1): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) {
    throw new UsageError(`${flag} takes a whole number from ${least}; got ${text}`)
  }
  return value
}

function readVersion(): string {
  const manifest = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return manifest.version
}
