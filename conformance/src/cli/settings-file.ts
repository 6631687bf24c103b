/** The settings file: options that somebody keeps beside a server. Options come first, then variables, then this, then defaults. */

import { existsSync, readFileSync } from 'node:fs'
import type { SuiteSettings } from '@channel-protocol/schemas/types'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import type { Command } from 'commander'
import { suggest } from '../plan.ts'
import { UsageError } from './usage-error.ts'

/** What is read from the working directory where `--settings` names no other. */
export const SETTINGS_FILE = 'channel-conformance.json'

type Member = keyof SuiteSettings
type Secret = NonNullable<SuiteSettings['application_keys']>[number]

/** The option that each member sets, by the name under which commands know it. */
const OPTIONS: Readonly<Record<Exclude<Member, 'url'>, string>> = {
  exec: 'exec',
  plain: 'plain',
  application: 'application',
  service: 'service',
  application_keys: 'applicationKey',
  webhook_secrets: 'webhookSecret',
  webhooks: 'webhooks',
  origin: 'origin',
  profiles: 'profile',
  skip: 'skip',
  level: 'level',
  budget_seconds: 'budget',
  concurrency: 'concurrency',
  strict: 'strict',
}
const MEMBERS: readonly string[] = ['url', ...Object.keys(OPTIONS)]
/** Members that say what is judged: none of them counts where the command line says so. */
const TARGETS: readonly Member[] = ['url', 'exec', 'plain', 'application', 'service']

/**
 * Reads the file, with secrets out of variables put in their place; undefined where nobody named one and none is there.
 * Throws {@link UsageError} with what is wrong.
 */
export function readSettings(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
): Settings | undefined {
  const path = file ?? SETTINGS_FILE
  if (file === undefined && !existsSync(path)) return undefined
  const value = readJson(path)
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const unknown = names.find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `${path} has a member ${unknown}; did you mean ${suggest(unknown, MEMBERS).join(', ')}?`,
    )
  const validation = validate('SuiteSettings', value)
  if (!validation.valid)
    throw new UsageError(`${path}: ${describeErrors(validation.errors.slice(0, 3))}`)
  const { application_keys: keys, webhook_secrets: secrets, ...others } = validation.value
  const open = (name: string, all: readonly Secret[]): string[] =>
    all.map((secret) => readSecret(secret, env, `${path}: ${name}`))
  return {
    ...others,
    ...(keys && { application_keys: open('application_keys', keys) }),
    ...(secrets && { webhook_secrets: open('webhook_secrets', secrets) }),
  }
}

/** Settings with secrets in place. */
export type Settings = Omit<SuiteSettings, 'application_keys' | 'webhook_secrets'> & {
  readonly application_keys?: readonly string[]
  readonly webhook_secrets?: readonly string[]
}

/** Gives a command those settings for which it has an option that nothing else has set. */
export function applySettings(command: Command, settings: Settings): void {
  const isTargeted = namesTarget(command)
  const takesTarget = command.name() !== 'compare' && !isPlainList(command)
  for (const [name, value] of Object.entries(settings) as [Member, unknown][]) {
    if (TARGETS.includes(name) && (isTargeted || !takesTarget)) continue
    if (name === 'url') {
      const [operands = []] = command.processedArgs as [string[]?]
      command.processedArgs[0] = [String(value), ...operands]
    } else if (name === 'exec') {
      command.setOptionValueWithSource('exec', true, 'config')
      command.setOptionValueWithSource('program', value, 'config')
    } else set(command, OPTIONS[name], value)
  }
}

function set(command: Command, option: string, value: unknown): void {
  if (!command.options.some((own) => own.attributeName() === option)) return
  const source = command.getOptionValueSource(option)
  if (source !== undefined && source !== 'default') return
  command.setOptionValueWithSource(
    option,
    typeof value === 'number' ? String(value) : value,
    'config',
  )
}

/** Whether the command line, or a variable, says what is judged. */
function namesTarget(command: Command): boolean {
  const [operands = []] = command.processedArgs as [string[]?]
  const isSet = (option: string): boolean => {
    const source = command.getOptionValueSource(option)
    return source === 'cli' || source === 'env'
  }
  return /^https?:\/\//.test(operands[0] ?? '') || isSet('exec') || isSet('application')
}

function isPlainList(command: Command): boolean {
  return command.name() === 'list' && command.opts().plan !== true
}

function readSecret(secret: Secret, env: NodeJS.ProcessEnv, where: string): string {
  if (typeof secret === 'string') return secret
  const value = env[secret.env]
  if (value) return value
  throw new UsageError(`${where} is to come from the variable ${secret.env}, which is not set`)
}

function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`the settings ${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`)
  }
}
