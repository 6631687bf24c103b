/** Turns registry and schemas into the OpenAPI document; it alone knows how that format says what they say. */
import { readdir, readFile } from 'node:fs/promises'
import type { Output } from './output.ts'

const path = 'schemas/openapi.json'

type Json = Readonly<Record<string, unknown>>

/** A way in which a call is answered. */
interface Answer {
  readonly status: number
  readonly type?: string
  /** The type of the other answer where there are two. */
  readonly or?: string
  readonly media_type?: string
  readonly profile?: string
  readonly meaning?: string
}

/** A parameter of a call. */
interface Parameter {
  readonly in: 'query' | 'header' | 'path'
  readonly name: string
  readonly type?: string
  readonly profile?: string
  readonly meaning: string
}

/** A row of the registry of calls. */
interface Call {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly profile: string
  readonly key: 'application' | 'client' | 'none'
  readonly request?: string
  readonly parameters?: readonly Parameter[]
  readonly answers: readonly Answer[]
  readonly problems: readonly string[]
  readonly repeatable?: true
  readonly meaning: string
}

/** The registry of calls, and which problems groups of them share. */
interface Calls {
  readonly common: readonly string[]
  readonly keyed: readonly string[]
  readonly bodied: readonly string[]
  readonly repeatable: readonly string[]
  readonly optional: readonly string[]
  readonly rows: readonly Call[]
}

/** A row of the registry of problems. */
interface ProblemRow {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly profile: string
}

/** A row of the registry of webhooks. */
interface WebhookRow {
  readonly event: string
  readonly type: string
  readonly profiles: readonly string[]
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8')) as T
}

/** Schemas that are about the suite and not about the protocol. */
const OF_THE_SUITE = ['exec.schema.json', 'fuzz-case.schema.json', 'report.schema.json']

async function readComponents(): Promise<Record<string, unknown>> {
  const folder = new URL('../json/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => !OF_THE_SUITE.includes(name)).sort()
  const documents = await Promise.all(
    files.map((name) => readJson<{ $defs: Json }>(`json/${name}`)),
  )
  return Object.assign({}, ...documents.map(({ $defs }) => pointHere($defs)))
}

/** The value with every reference to another schema file pointing into this document. */
function pointHere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointHere)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref'
        ? String(member).replace(/^.*#\/\$defs\//, '#/components/schemas/')
        : pointHere(member),
    ]),
  )
}

const schemaOf = (type: string): Json => ({ $ref: `#/components/schemas/${type}` })

function contentOf({ type, or, media_type }: Answer): Json | undefined {
  if (type === undefined) {
    return media_type === undefined ? undefined : { [media_type]: { schema: { type: 'string' } } }
  }
  const schema = or === undefined ? schemaOf(type) : { oneOf: [schemaOf(type), schemaOf(or)] }
  return { 'application/json': { schema } }
}

function within(profile: string | undefined, meaning: string): string {
  return profile === undefined ? meaning : `${meaning} Profile ${profile}.`
}

function writeAnswers(call: Call, calls: Calls, problems: readonly ProblemRow[]): Json {
  const codes = new Set([
    ...call.problems,
    ...calls.common,
    ...(call.key === 'application' ? calls.keyed : []),
    ...(call.request === undefined ? [] : calls.bodied),
    ...(call.repeatable ? calls.repeatable : []),
    ...(call.profile === 'core' ? [] : calls.optional),
  ])
  for (const code of codes) {
    if (!problems.some((row) => row.code === code))
      throw new Error(
        `calls.json: ${call.name} names the problem ${code}, which problems.json has not`,
      )
  }
  const refusals = Map.groupBy(
    problems.filter(({ code }) => codes.has(code)),
    ({ status }) => status,
  )
  const answers = call.answers.map((answer) => {
    const content = contentOf(answer)
    const description = within(answer.profile, answer.meaning ?? `The ${answer.type}.`)
    return [answer.status, { description, ...(content && { content }) }] as const
  })
  const refused = [...refusals].map(
    ([status, rows]) =>
      [
        status,
        {
          description: rows.map(({ code, title }) => `\`${code}\`: ${title}.`).join(' '),
          content: { 'application/problem+json': { schema: schemaOf('Problem') } },
        },
      ] as const,
  )
  return Object.fromEntries([...answers, ...refused])
}

function writeParameters({ parameters = [], repeatable }: Call): readonly Json[] {
  const written = parameters.map(({ in: place, name, type, profile, meaning }) => ({
    in: place,
    name,
    description: within(profile, meaning),
    ...(place === 'path' && { required: true }),
    schema: type === undefined ? { type: 'string' } : schemaOf(type),
  }))
  if (!repeatable) return written
  const key = {
    in: 'header',
    name: 'Idempotency-Key',
    description: 'Names a post that may be sent again. Profile idempotency.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }
  return [...written, key]
}

const SECURITY = {
  application: [{ application_key: [] }],
  client: [{ token: [] }, {}],
  none: [],
} as const

function writeOperation(call: Call, calls: Calls, problems: readonly ProblemRow[]): Json {
  const parameters = writeParameters(call)
  return {
    operationId: call.name,
    tags: [call.profile],
    summary: call.meaning,
    security: SECURITY[call.key],
    ...(parameters.length > 0 && { parameters }),
    ...(call.request !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(call.request) } },
      },
    }),
    responses: writeAnswers(call, calls, problems),
  }
}

function writeWebhook({ event, type, profiles }: WebhookRow): Json {
  const headers = [
    ['webhook-id', 'One per event, the same over its retries.'],
    ['webhook-timestamp', 'Seconds since 1970 at this attempt.'],
    ['webhook-signature', 'HMAC-SHA256 over id, timestamp and raw body, one for each live secret.'],
  ]
  return {
    post: {
      operationId: `on${event.charAt(0).toUpperCase()}${event.slice(1)}`,
      tags: profiles,
      summary: `The service reports \`${event}\`.`,
      parameters: headers.map(([name, description]) => ({
        in: 'header',
        name,
        description,
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: schemaOf(type) } },
      },
      responses: {
        '2XX': { description: 'Taken; it is not reported again.' },
        default: {
          description: 'Refused, or to be tried again: the chapter on webhooks says which.',
        },
      },
    },
  }
}

/** Produces `schemas/openapi.json`: every call below {base}, and the webhooks, in OpenAPI 3.1. */
export async function openapiOutputs(): Promise<readonly Output[]> {
  const calls = await readJson<Calls>('registry/calls.json')
  const { rows: problems } = await readJson<{ rows: ProblemRow[] }>('registry/problems.json')
  const { rows: webhooks } = await readJson<{ rows: WebhookRow[] }>('registry/webhooks.json')
  const { rows: profiles } = await readJson<{
    rows: { name: string; role: string; meaning: string }[]
  }>('registry/profiles.json')
  const paths: Record<string, Json> = {}
  for (const call of calls.rows) {
    paths[call.path] = {
      ...paths[call.path],
      [call.method.toLowerCase()]: writeOperation(call, calls, problems),
    }
  }
  const document = {
    openapi: '3.1.1',
    info: {
      title: 'The Channel Protocol',
      version: '1.0',
      summary: 'Push to browsers from web applications that cannot hold sockets open.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [
      {
        url: '{base}',
        variables: {
          base: { default: 'http://127.0.0.1:8080', description: 'The base of the service.' },
        },
      },
    ],
    tags: profiles
      .filter(({ role }) => role === 'service')
      .map(({ name, meaning }) => ({ name, description: meaning })),
    paths,
    webhooks: Object.fromEntries(webhooks.map((row) => [row.event, writeWebhook(row)])),
    components: {
      securitySchemes: {
        application_key: { type: 'http', scheme: 'bearer', description: 'The application key.' },
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of a client: of an event stream as it stands here, of a WebSocket in Sec-WebSocket-Protocol as channel-token.<token> beside channel-protocol.v1.',
        },
      },
      schemas: await readComponents(),
    },
  }
  return [{ path, text: `${JSON.stringify(document, undefined, 2)}\n` }]
}
