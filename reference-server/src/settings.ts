/** Settings of one server; it alone knows how flags and variables become what the server runs with. */
import {
  DEVELOPMENT,
  LIMITS,
  PROFILES,
  type ProfileName,
  TIMINGS,
  WEBHOOKS,
  type WebhookEvent,
} from '@channel-protocol/schemas/registry'
import { Command, Option } from 'commander'
import type { BrokerSetting } from './brokers/open.ts'
import { isLoopback, isWildcard } from './loopback.ts'
import type { Limits, Timings } from './ports.ts'
import { flagOf, SETTABLE_LIMITS, SETTABLE_TIMINGS, SETTING_ROWS } from './setting-rows.ts'

/** Where each webhook goes. */
export interface WebhookTargets {
  connected: string
  disconnected: string
  started: string
}

/** Where each webhook of a socket goes, before its path. */
export interface SocketTargets {
  handshake: string
  message: string
  closed: string
}

/** What a server runs with. */
export interface Settings {
  host: string
  port: number
  /** Nothing: `http://` with the listening address. */
  baseUrl: string | undefined
  /** Whether keys, secrets, target or origins are the published ones. */
  development: boolean
  applicationKeys: readonly string[]
  webhookSecrets: readonly string[]
  /** Nothing: a random one, which the broker keeps. */
  signingKey: string | undefined
  /** Where the state lives. */
  broker: BrokerSetting
  webhookTargets: WebhookTargets | undefined
  socketTargets: SocketTargets | undefined
  origins: 'any' | readonly string[]
  profiles: readonly ProfileName[]
  testTimings: boolean
  faults: readonly string[]
  logLevel: string
  privatePort: number
  /** Networks of the proxies whose word on addresses counts, in CIDR notation. */
  trustedProxies: readonly string[]
  /** The header in which they give it. */
  forwardedHeader: 'forwarded' | 'x-forwarded-for'
  timings: Timings
  limits: Limits
}

/** A wrong setting, in one line for the person who gave it. */
export class SettingError extends Error {}

/** Thrown where help was asked for; the message is the help. */
export class HelpWanted extends Error {}

type Values = Map<string, unknown>

/** Every profile of a service. */
const SERVICE_PROFILES: readonly ProfileName[] = Object.values(PROFILES)
  .filter(({ role }) => role === 'service')
  .map(({ name }) => name)

/** What a service of one node does not offer. */
const OF_MANY_NODES = 'cluster' satisfies ProfileName

/**
 * Reads flags (without the program) and `CHANNEL_*` variables; a flag outranks its variable.
 * @throws SettingError for a wrong value, HelpWanted for `--help`
 * @spec security.development.loopback
 */
export function readSettings(argv: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const values = readValues(argv, env)
  const host = (values.get('host') as string | undefined) ?? DEVELOPMENT.listen.host
  const baseUrl = values.get('base-url') as string | undefined
  const testTimings = values.get('test-timings') === true
  if (isWildcard(host) && !baseUrl)
    throw new SettingError(
      `--host ${host} says nothing about the public address; give --base-url (CHANNEL_BASE_URL)`,
    )
  const isLocal = isLoopback(host) && (!baseUrl || isLoopback(new URL(baseUrl).hostname))
  const credentials = readCredentials(values, isLocal)
  const profiles = readProfiles(values, credentials)
  return {
    host,
    port: (values.get('port') as number | undefined) ?? DEVELOPMENT.listen.port,
    baseUrl,
    ...credentials,
    signingKey: values.get('signing-key') as string | undefined,
    broker: readBrokerOf(values),
    profiles,
    testTimings,
    faults: (values.get('fault') as string[] | undefined) ?? [],
    logLevel: (values.get('log-level') as string | undefined) ?? 'info',
    privatePort: (values.get('private-port') as number | undefined) ?? 8081,
    trustedProxies: (values.get('trusted-proxy') as string[] | undefined) ?? [],
    forwardedHeader:
      (values.get('forwarded-header') as Settings['forwardedHeader'] | undefined) ??
      'x-forwarded-for',
    timings: readTimings(values, testTimings),
    limits: readLimits(values, testTimings),
  }
}

/** Kept: it reads each command line afresh, and a program that starts services by the hundred made as many. */
let kept: Command | undefined

function readValues(argv: readonly string[], env: NodeJS.ProcessEnv): Values {
  kept ??= makeCommand()
  const command = kept
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'commander.helpDisplayed') throw new HelpWanted(command.helpInformation())
    // What has no flag before it may be a secret that belongs behind one.
    if (code === 'commander.excessArguments')
      throw new SettingError('a value has no flag before it; repeat the flag for each value')
    throw new SettingError(message.replace(/^error: /, ''))
  }
  const flags = new Map(Object.entries(command.opts<Record<string, string | string[] | boolean>>()))
  const values: Values = new Map()
  for (const row of SETTING_ROWS) {
    const flag = flags.get(row.name)
    const given = flag ?? env[variableOf(row.name)]
    if (given === undefined || given === '') continue
    const place = flag === undefined ? variableOf(row.name) : `--${row.name}`
    const texts = row.repeatable ? [given].flat().flatMap((one) => String(one).split(',')) : [given]
    const read = texts.map((text) => readOne(place, () => row.read(String(text).trim())))
    values.set(row.name, row.repeatable ? read : read[0])
  }
  return values
}

function readOne(place: string, read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    throw new SettingError(`${place}: ${(error as Error).message}`)
  }
}

function makeCommand(): Command {
  const command = new Command('channel-server')
    .description('The reference server of the Channel Protocol.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
  for (const row of SETTING_ROWS) {
    const shape = row.placeholder ? `--${row.name} <${row.placeholder}>` : `--${row.name}`
    const text = `${row.meaning} (default: ${row.fallback}; ${variableOf(row.name)})`
    const option = new Option(shape, text)
    // Commander would store the value under a camel-case name.
    option.attributeName = () => row.name
    if (row.repeatable)
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    command.addOption(option)
  }
  return command
}

function variableOf(name: string): string {
  return `CHANNEL_${name.toUpperCase().replaceAll('-', '_')}`
}

function readCredentials(
  values: Values,
  isLocal: boolean,
): Pick<
  Settings,
  | 'development'
  | 'applicationKeys'
  | 'webhookSecrets'
  | 'webhookTargets'
  | 'socketTargets'
  | 'origins'
> {
  const keys = (values.get('application-key') as string[] | undefined) ?? []
  const secrets = (values.get('webhook-secret') as string[] | undefined) ?? []
  const origins = values.get('origin') as string[] | undefined
  const development = isLocal && keys.length === 0
  const published: readonly string[] = [
    ...DEVELOPMENT.application_keys,
    ...DEVELOPMENT.webhook_secrets,
  ]
  if (!isLocal && [...keys, ...secrets].some((secret) => published.includes(secret)))
    throw new SettingError(
      'the published development credentials are refused where others can reach the server; give secrets of your own',
    )
  if (!isLocal && keys.length === 0)
    throw new SettingError(
      'no application key: give --application-key (CHANNEL_APPLICATION_KEY) wherever the server or its base is not on loopback',
    )
  const { webhookTargets, socketTargets } = readTargets(values, development)
  if (webhookTargets && secrets.length === 0 && !development)
    throw new SettingError(
      'webhooks need --webhook-secret (CHANNEL_WEBHOOK_SECRET): whsec_ and base64 of 24 to 64 bytes',
    )
  const fallbackOrigins = development ? DEVELOPMENT.origins : []
  return {
    development,
    applicationKeys: development ? DEVELOPMENT.application_keys : keys,
    webhookSecrets: secrets.length === 0 && development ? DEVELOPMENT.webhook_secrets : secrets,
    webhookTargets,
    socketTargets,
    origins: origins?.includes('any') ? 'any' : (origins ?? fallbackOrigins),
  }
}

function readTargets(
  values: Values,
  development: boolean,
): Pick<Settings, 'webhookTargets' | 'socketTargets'> {
  const given = values.get('application-base') as string | undefined
  const base = given ?? (development ? DEVELOPMENT.webhook_base : undefined)
  const urlOf = (event: WebhookEvent): string | undefined =>
    (values.get(`webhook-${event}-url`) as string | undefined) ??
    (base === undefined ? undefined : base.replace(/\/+$/, '') + WEBHOOKS[event].path)
  const webhookTargets = readGroup(['connected', 'disconnected', 'started'], urlOf)
  const socketTargets = readGroup(['handshake', 'message', 'closed'], urlOf)
  if (socketTargets && !webhookTargets)
    throw new SettingError('webhooks of sockets need the others: give --application-base')
  return { webhookTargets, socketTargets }
}

/** The URLs of events that are configured together, or nothing where none of them is. */
function readGroup<Event extends WebhookEvent>(
  events: readonly Event[],
  urlOf: (event: WebhookEvent) => string | undefined,
): Record<Event, string> | undefined {
  const urls = events.map((event) => [event, urlOf(event)] as const)
  if (urls.every(([, url]) => url === undefined)) return undefined
  if (urls.every(([, url]) => url !== undefined))
    return Object.fromEntries(urls) as Record<Event, string>
  const flags = events.map((event) => `--webhook-${event}-url`)
  throw new SettingError(
    `some webhook URLs are missing: give --application-base, or all of ${flags.join(', ')}`,
  )
}

function readBrokerOf(values: Values): BrokerSetting {
  const broker = (values.get('broker') as BrokerSetting | undefined) ?? { kind: 'memory' }
  const leaseSeconds = values.get('node-lease-seconds') as number | undefined
  return broker.kind === 'redis' && leaseSeconds !== undefined
    ? { ...broker, leaseSeconds }
    : broker
}

function readProfiles(
  values: Values,
  targets: Pick<Settings, 'webhookTargets' | 'socketTargets'>,
): readonly ProfileName[] {
  const given = values.get('profiles') as ProfileName[] | undefined
  const isShared = (values.get('broker') as BrokerSetting | undefined)?.kind === 'redis'
  const wanted = given ?? SERVICE_PROFILES.filter((name) => isShared || name !== OF_MANY_NODES)
  if (!isShared && given?.includes(OF_MANY_NODES))
    throw new SettingError(
      `--profiles: ${OF_MANY_NODES} is not offered with a broker that nodes do not share`,
    )
  const offered = wanted.filter((name) => hasTargets(name, targets))
  for (const name of ['core' as const, ...offered]) {
    const missing = PROFILES[name].requires.find((other) => !offered.includes(other))
    if (missing) throw new SettingError(`--profiles: ${name} needs ${missing}`)
  }
  if (!offered.includes('core')) throw new SettingError('--profiles: core cannot be left out')
  return offered
}

/** Whether the webhooks without which a profile cannot be offered have somewhere to go. */
function hasTargets(
  name: ProfileName,
  { webhookTargets, socketTargets }: Pick<Settings, 'webhookTargets' | 'socketTargets'>,
): boolean {
  if (name === 'presence' || name === 'presence-sync') return webhookTargets !== undefined
  return name !== 'sockets' || socketTargets !== undefined
}

function readTimings(values: Values, testTimings: boolean): Timings {
  const timings: Record<string, unknown> = {}
  for (const [name, row] of Object.entries(TIMINGS))
    timings[name] = testTimings ? row.test : row.default
  for (const name of SETTABLE_TIMINGS) {
    const given = values.get(flagOf(name)) as number | number[] | undefined
    if (given === undefined) continue
    const { min, max, test_floor } = TIMINGS[name]
    for (const value of [given].flat())
      demandRange(flagOf(name), value, { min, max, testMin: test_floor }, testTimings)
    timings[name] = given
  }
  return timings as unknown as Timings
}

function readLimits(values: Values, testTimings: boolean): Limits {
  const limits: Record<string, number> = {}
  for (const [name, row] of Object.entries(LIMITS))
    limits[name] = testTimings ? row.test : row.default
  for (const name of SETTABLE_LIMITS) {
    const given = values.get(flagOf(name)) as number | undefined
    if (given === undefined) continue
    const { floor, max } = LIMITS[name]
    demandRange(flagOf(name), given, { min: floor, max, testMin: 1 }, testTimings)
    limits[name] = given
  }
  return limits as unknown as Limits
}

function demandRange(
  flag: string,
  value: number,
  range: { min: number; max: number | null; testMin: number },
  testTimings: boolean,
): void {
  const min = testTimings ? Math.min(range.testMin, range.min) : range.min
  if (value >= min && (range.max === null || value <= range.max)) return
  const bounds = range.max === null ? `at least ${min}` : `from ${min} to ${range.max}`
  const hint =
    !testTimings && value >= range.testMin && value < min ? ' without --test-timings' : ''
  throw new SettingError(`--${flag} ${value} is not ${bounds}${hint}`)
}
