/** Reads what the person wants judged, and how; everything that they can have got wrong is said here. */

import { randomInt } from 'node:crypto'
import { DEVELOPMENT, PROFILES } from '@channel-protocol/schemas/registry'
import { CHECKS } from '../checks/index.ts'
import { isLeastLevel, isSelected, type LeastLevel, suggestPatterns } from '../plan.ts'
import { type ExecFlags, type ExecOptions, readExec, repeatExec } from './exec-options.ts'
import { readReportFile } from './report-file.ts'
import { deviatingIn, readReport } from './saved-report.ts'
import { UsageError } from './usage-error.ts'

/** A server that somebody else started. */
export interface UrlOptions {
  readonly baseUrl: string
  /** Bases of its further nodes. */
  readonly others: readonly string[]
  readonly applicationKeys: readonly string[]
  readonly webhookSecrets: readonly string[]
  readonly listedOrigin?: string
  /** Where to listen for webhooks; absent where nothing is to listen. */
  readonly webhooks?: { readonly host: string; readonly port: number }
}

/** An application that somebody else started, and the service that it uses. */
export interface ApplicationOptions {
  readonly baseUrl: string
  /** Started where it is loopback and nothing listens. */
  readonly serviceUrl: string
  /** Absent where the published ones are meant. */
  readonly applicationKeys?: readonly string[]
  /** Absent where the first published one is meant. */
  readonly webhookSecrets?: readonly string[]
}

/** What `run` was asked to do. */
export interface RunOptions {
  /** A service; absent, without an application, where the reference server and the sample chat are to be started. */
  readonly url?: UrlOptions
  readonly application?: ApplicationOptions
  /** A program that the suite starts, with as many services as it needs. */
  readonly exec?: ExecOptions
  readonly patterns: readonly string[]
  readonly skip: readonly string[]
  readonly level?: LeastLevel
  /** Ids of the only checks to be made: those that deviated in a report. */
  readonly only?: readonly string[]
  /** Empty where those are meant that the target announces. */
  readonly profiles: readonly string[]
  readonly budgetSeconds: number
  readonly seed: number
  readonly repeat: number
  readonly concurrency: number
  readonly isStrict: boolean
  readonly isQuiet: boolean
  readonly isJson: boolean
  /** Whether timers are waited for, and no clock is moved. */
  readonly isRealTime: boolean
  /** Whether what was seen is kept of every check, so that the run can be judged again. */
  readonly isRecorded: boolean
  /** Whether valid traffic carries noise. */
  readonly isGreased: boolean
  readonly reportFile?: string
  readonly junitFile?: string
  readonly markdownFile?: string
  readonly htmlFile?: string
  /** Options that a command needs to make a check again, besides the target and the seed. */
  readonly again: readonly string[]
}

/** The options as the command line gives them. */
interface Flags extends ExecFlags {
  readonly applicationKey?: string | string[]
  readonly webhookSecret?: string | string[]
  /** false where `--no-webhooks` was given; commander sets true where neither form was. */
  readonly webhooks?: string | boolean
  readonly origin?: string
  readonly application?: string
  readonly service?: string
  readonly profile?: string[]
  readonly skip?: string[]
  readonly clock?: 'virtual' | 'real'
  readonly level?: string
  readonly rerunFailed?: string
  readonly record?: boolean
  readonly grease?: boolean
  readonly budget: string
  readonly seed?: string
  readonly repeat: string
  readonly concurrency: string
  readonly strict?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly junit?: string
  readonly markdown?: string
  readonly html?: string
  readonly quiet?: boolean
}

/** Reads operands and flags; throws {@link UsageError} with what to do. */
export function readRunOptions(operands: readonly string[], given: object): RunOptions {
  const flags = given as Flags
  const urls = operands.filter((operand) => /^https?:\/\//.test(operand))
  const hasUrl = urls.length > 0
  if (hasUrl && flags.application !== undefined)
    throw new UsageError(
      'give the URL of a service or --application, not both; --service names the service of an application',
    )
  if (flags.application === undefined && flags.service !== undefined)
    throw new UsageError('--service names the service of an application; give --application too')
  const exec = readExec(flags)
  if (exec && (hasUrl || flags.application !== undefined))
    throw new UsageError('give --exec, or the URL of what runs already, not both')
  const level = readLevel(flags.level)
  const record = flags.record === true
  if (record && flags.report === undefined && flags.json !== true)
    throw new UsageError(
      '--record goes with --report or --json: what was seen stands in the report',
    )
  return {
    ...(flags.application !== undefined && {
      application: readApplicationOptions(flags.application, flags),
    }),
    ...(exec && { exec }),
    ...(hasUrl && { url: readUrlOptions(urls, flags) }),
    patterns: readPatterns(operands.filter((operand) => !urls.includes(operand))),
    skip: readPatterns(flags.skip ?? []),
    ...(level && { level }),
    ...(flags.rerunFailed !== undefined && { only: deviatingIn(readReport(flags.rerunFailed)) }),
    isRecorded: record,
    isGreased: flags.grease === true,
    isRealTime: flags.clock === 'real',
    profiles: readProfiles(flags.profile ?? []),
    budgetSeconds: readWholeNumber('--budget', flags.budget, 0),
    seed:
      flags.seed === undefined ? randomInt(1_000_000) : readWholeNumber('--seed', flags.seed, 0),
    repeat: readWholeNumber('--repeat', flags.repeat, 1),
    concurrency: readWholeNumber('--concurrency', flags.concurrency, 1),
    isStrict: flags.strict === true,
    isQuiet: flags.quiet === true,
    isJson: flags.json === true,
    ...(flags.report !== undefined && { reportFile: readReportFile('--report', flags.report) }),
    ...(flags.junit !== undefined && { junitFile: readReportFile('--junit', flags.junit) }),
    ...(flags.markdown !== undefined && {
      markdownFile: readReportFile('--markdown', flags.markdown),
    }),
    ...(flags.html !== undefined && { htmlFile: readReportFile('--html', flags.html) }),
    again: [
      ...(flags.grease ? ['--grease'] : []),
      ...(flags.clock === 'real' ? ['--clock real'] : []),
      ...(exec ? repeatExec(exec).options : []),
      ...(flags.application === undefined ? [] : [`--application ${flags.application}`]),
      ...(flags.service === undefined ? [] : [`--service ${flags.service}`]),
      ...(flags.webhooks === false ? ['--no-webhooks'] : []),
      ...(typeof flags.webhooks === 'string' ? [`--webhooks ${flags.webhooks}`] : []),
      ...(flags.applicationKey === undefined ? [] : ['--application-key ...']),
    ],
  }
}

function readApplicationOptions(baseUrl: string, flags: Flags): ApplicationOptions {
  const { host, port } = DEVELOPMENT.listen
  const applicationKeys = readList(flags.applicationKey)
  const webhookSecrets = readList(flags.webhookSecret)
  return {
    baseUrl: readBase(baseUrl),
    serviceUrl: readBase(flags.service ?? `http://${host}:${port}`),
    ...(applicationKeys && { applicationKeys }),
    ...(webhookSecrets && { webhookSecrets }),
  }
}

/** A URL without the slash at its end. */
function readBase(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${text} is not a URL such as http://127.0.0.1:8080`)
  if (new URL(text).username !== '')
    throw new UsageError('a base URL carries no user name or password; give --application-key')
  return text.replace(/\/+$/, '')
}

function readUrlOptions([first = '', ...others]: readonly string[], flags: Flags): UrlOptions {
  return {
    baseUrl: readBase(first),
    others: others.map(readBase),
    applicationKeys: readList(flags.applicationKey) ?? DEVELOPMENT.application_keys,
    webhookSecrets: readList(flags.webhookSecret) ?? DEVELOPMENT.webhook_secrets,
    listedOrigin: flags.origin ?? DEVELOPMENT.origins[0],
    ...(flags.webhooks !== false && { webhooks: readListen(flags.webhooks) }),
  }
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

function readList(value: string | string[] | undefined): string[] | undefined {
  return value === undefined ? undefined : [value].flat().flatMap((text) => text.split(','))
}

function readPatterns(patterns: readonly string[]): readonly string[] {
  for (const pattern of patterns) {
    if (CHECKS.some((check) => isSelected(check, [pattern]))) continue
    const ids = [...new Set(CHECKS.flatMap(({ id, proves }) => [id, proves]))]
    throw new UsageError(
      `no check or requirement matches ${pattern}; did you mean ${suggestPatterns(pattern, ids).join(', ')}?`,
    )
  }
  return patterns
}

function readLevel(level: string | undefined): LeastLevel | undefined {
  if (level === undefined || isLeastLevel(level)) return level
  throw new UsageError(`--level takes must, should or may; got ${level}`)
}

function readProfiles(profiles: readonly string[]): readonly string[] {
  const unknown = profiles.find((name) => !Object.hasOwn(PROFILES, name))
  if (unknown === undefined) return profiles
  throw new UsageError(
    `there is no profile ${unknown}; there are ${Object.keys(PROFILES).join(', ')}`,
  )
}

function readWholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new UsageError(`${flag} takes a whole number from ${least}; got ${text}`)
}
