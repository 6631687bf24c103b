/** A page for each schema file: every type with its members, its uses and its examples. */

import { block, code, details, type Page, prose, table } from './page.ts'
import {
  constraintsOf,
  descriptionOf,
  type LinkToType,
  referencesOf,
  type Schema,
  type SchemaFile,
  typeOf,
} from './schema-document.ts'

/** An example of `schemas/examples`. */
export interface Example {
  readonly type: string
  readonly situation: string
  readonly isValid: boolean
  readonly reason?: string
  readonly errors?: readonly { readonly pointer: string; readonly keyword: string }[]
  readonly value: unknown
}

/** Who speaks a type: a call or a webhook of the registry, in words. */
export type Uses = ReadonlyMap<string, readonly string[]>

/** The page of one file. */
export function writeSchemaPage(
  file: SchemaFile,
  files: readonly SchemaFile[],
  examples: readonly Example[],
  uses: Uses,
): Page {
  const home = new Map(
    files.flatMap(({ noun, types }) => Object.keys(types).map((name) => [name, noun] as const)),
  )
  const linkTo: LinkToType = (name) => `[${name}](${home.get(name)}.md#${name.toLowerCase()})`
  const users = (name: string): readonly string[] => [
    ...(uses.get(name) ?? []),
    ...files.flatMap(({ types }) =>
      Object.entries(types)
        .filter(([other, schema]) => other !== name && referencesOf(schema).includes(name))
        .map(([other]) => linkTo(other)),
    ),
  ]
  return {
    path: `schemas/${file.noun}.md`,
    title: file.title,
    text: [
      `# ${file.title}`,
      prose(file.description),
      `The file: [${file.noun}.schema.json](../../../schemas/json/${file.noun}.schema.json)`,
      ...Object.entries(file.types).map(([name, schema]) =>
        writeType(name, schema, linkTo, users(name), examples),
      ),
    ].join('\n\n'),
  }
}

function writeType(
  name: string,
  schema: Schema,
  linkTo: LinkToType,
  users: readonly string[],
  examples: readonly Example[],
): string {
  const { properties = {}, required = [] } = schema
  const members = Object.entries(properties).map(([member, value]) => [
    code(member),
    typeOf(value, linkTo),
    required.includes(member) ? 'always' : 'sometimes',
    constraintsOf(value),
    descriptionOf(value),
  ])
  const rest = constraintsOf(schema)
  const own = examples.filter(({ type }) => type === name)
  return [
    `## ${name}`,
    descriptionOf(schema),
    `${capitalise(typeOf(schema, linkTo))}${rest ? `, with:<br>${rest}` : ''}`,
    ...(members.length > 0
      ? [table(['member', 'type', 'there', 'constraints', 'meaning'], members)]
      : []),
    ...(users.length > 0 ? [`Used by: ${users.join(', ')}`] : []),
    ...writeExamples(
      own.filter(({ isValid }) => isValid),
      'valid',
    ),
    ...writeExamples(
      own.filter(({ isValid }) => !isValid),
      'invalid',
    ),
    details('The schema as it is', block('json', JSON.stringify(schema, null, 2))),
  ].join('\n\n')
}

function writeExamples(examples: readonly Example[], kind: 'valid' | 'invalid'): string[] {
  if (examples.length === 0) return []
  const shown = examples.map((example) => {
    const { situation, reason, errors = [], value } = example
    const where = errors.map(({ pointer, keyword }) => `${keyword} at ${code(pointer || '/')}`)
    return [
      `**${situation.replaceAll('-', ' ')}**${reason ? `: ${prose(reason)}` : ''}${where.length > 0 ? ` (${where.join(', ')})` : ''}`,
      block('json', JSON.stringify(value, shortenText, 2)),
    ].join('\n\n')
  })
  const words = `${examples.length} ${kind} example${examples.length === 1 ? '' : 's'}`
  return [details(words, shown.join('\n\n'))]
}

/** Longest text of an example that is shown whole, in UTF-16 code units. */
const LONG = 200

function shortenText(_: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > LONG
    ? `${value.slice(0, 40)}... (${value.length} characters in all)`
    : value
}

function capitalise(text: string): string {
  return text.startsWith('[') ? text : text.charAt(0).toUpperCase() + text.slice(1)
}

/** The page above them. */
export function writeSchemaIndex(files: readonly SchemaFile[]): Page {
  return {
    path: 'schemas.md',
    title: 'Schemas',
    children: files.map(({ noun }) => `schemas/${noun}.md`),
    text: [
      '# Schemas',
      'JSON Schemas (2020-12) of every body, form and envelope, each with valid and invalid examples; every keyword has an example that dies without it. The whole as one document: [OpenAPI](registry/openapi.md).',
      table(
        ['file', 'types', 'what it holds'],
        files.map(({ noun, title, description, types }) => [
          `[${title}](schemas/${noun}.md)`,
          Object.keys(types)
            .map((name) => `[${name}](schemas/${noun}.md#${name.toLowerCase()})`)
            .join(', '),
          prose(description),
        ]),
      ),
    ].join('\n\n'),
  }
}
