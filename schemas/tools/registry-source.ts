/** Turns the registry into TypeScript constants; knows alone how its rows become records. */
import { readFile } from 'node:fs/promises'
import type { Output } from './output.ts'

type Row = Readonly<Record<string, unknown>>
type RegistryFile = {
  readonly description: string
  readonly rows: readonly Row[]
  readonly duties?: unknown
  readonly gae?: unknown
  readonly type_base?: unknown
}

const path = 'schemas/src/registry.ts'

const head = `/** The registry as constants, in registry order. Generated from schemas/registry/ by \`npm run generate\`: change the JSON, not this file. */`

async function readRegistry(name: string): Promise<RegistryFile> {
  const file = new URL(`../registry/${name}.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as RegistryFile
}

function keyed(registry: RegistryFile, key: string): Row {
  const entries = registry.rows.map((row): [string, Row] => [String(row[key]), row])
  const twice = entries.find(([name], index) => entries.findIndex(([n]) => n === name) !== index)
  if (twice !== undefined) {
    throw new Error(`${registry.description}: two rows have the ${key} ${twice[0]}; rename one.`)
  }
  return Object.fromEntries(entries)
}

function constant(name: string, doc: string, value: unknown): string {
  return `/** ${doc} */\nexport const ${name} = ${JSON.stringify(value, null, 2)} as const\n`
}

function keyType(name: string, doc: string, record: string): string {
  return `/** ${doc} */\nexport type ${name} = keyof typeof ${record}\n`
}

/** Produces `schemas/src/registry.ts` from the registry files. */
export async function registryOutputs(): Promise<readonly Output[]> {
  const [closes, problems, limits, timings, profiles, headers, webhooks, development] =
    await Promise.all([
      readRegistry('close-codes'),
      readRegistry('problems'),
      readRegistry('limits'),
      readRegistry('timings'),
      readRegistry('profiles'),
      readRegistry('headers'),
      readRegistry('webhooks'),
      readRegistry('development'),
    ])
  const { description: _, ...credentials } = development
  const text = [
    constant('CLOSE_CODES', `${closes.description} Keyed by slug.`, keyed(closes, 'slug')),
    keyType('CloseSlug', 'The registry name of a close code.', 'CLOSE_CODES'),
    constant('CLOSE_DUTIES', 'What each duty asks of a client.', closes.duties),
    constant(
      'GAE_CALLBACKS',
      'What the goog.appengine script tells its page of an ending; of `error`, the close code itself and its reason.',
      closes.gae,
    ),
    constant('PROBLEM_TYPE_BASE', 'The URI below which problem types lie.', problems.type_base),
    constant('PROBLEMS', `${problems.description} Keyed by code.`, keyed(problems, 'code')),
    keyType('ProblemCode', 'The registry name of a problem.', 'PROBLEMS'),
    constant('LIMITS', `${limits.description} Keyed by name.`, keyed(limits, 'name')),
    keyType('LimitName', 'The name of a limit.', 'LIMITS'),
    constant('TIMINGS', `${timings.description} Keyed by name.`, keyed(timings, 'name')),
    keyType('TimingName', 'The name of a timer.', 'TIMINGS'),
    constant('PROFILES', `${profiles.description} Keyed by name.`, keyed(profiles, 'name')),
    keyType('ProfileName', 'The name of a profile.', 'PROFILES'),
    constant('HEADERS', `${headers.description} Keyed by name.`, keyed(headers, 'name')),
    constant('WEBHOOKS', `${webhooks.description} Keyed by event.`, keyed(webhooks, 'event')),
    keyType('WebhookEvent', 'The name of an event that is reported.', 'WEBHOOKS'),
    constant('DEVELOPMENT', development.description, credentials),
  ].join('\n')
  return [
    {
      path,
      text: `${head}

${text}`,
    },
  ]
}
