/** What the pages need of a JSON Schema: which type stands where, and its constraints in words. */

import { code, prose } from './page.ts'

/** A schema, as far as the pages look into it. */
export interface Schema {
  readonly [keyword: string]: unknown
  readonly title?: string
  readonly description?: string
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** A file of schemas. */
export interface SchemaFile {
  /** Such as `token`. */
  readonly noun: string
  readonly title: string
  readonly description: string
  readonly types: Readonly<Record<string, Schema>>
}

/** Reads the text of `schemas/json/<noun>.schema.json`. */
export function readSchemaFile(noun: string, text: string): SchemaFile {
  const { title, description, $defs } = JSON.parse(text) as {
    title: string
    description: string
    $defs: Record<string, Schema>
  }
  return { noun, title, description, types: $defs }
}

/** A link to a type, from a page beside those of the schemas. */
export type LinkToType = (name: string) => string

/** Types that a schema refers to, each once. */
export function referencesOf(schema: unknown): readonly string[] {
  const found = new Set<string>()
  JSON.stringify(schema, (key, value: unknown) => {
    const name = key === '$ref' ? nameOf(String(value)) : undefined
    if (name !== undefined) found.add(name)
    return value
  })
  return [...found]
}

/** The type to which a reference leads; undefined where it leads to a part of one. */
function nameOf(reference: string): string | undefined {
  return /#\/\$defs\/(\w+)$/.exec(reference)?.[1]
}

/** Keywords that stand elsewhere on the page. */
const SHOWN = new Set(['title', 'description', 'properties', 'required', 'type', '$ref', 'items'])

/** The type of a value in words. */
export function typeOf(schema: Schema, linkTo: LinkToType): string {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref)
    return name === undefined ? `as ${code(schema.$ref)}` : linkTo(name)
  }
  if (schema.type === 'array') {
    const { items } = schema as { items?: Schema }
    return items ? `list of ${typeOf(items, linkTo)}` : 'list'
  }
  if (schema.type !== undefined) return [schema.type].flat().join(' or ')
  const choices = (schema.oneOf ?? schema.anyOf) as readonly Schema[] | undefined
  if (choices) return choices.map((choice) => typeOf(choice, linkTo)).join(' or ')
  return 'const' in schema || 'enum' in schema ? 'value' : 'anything'
}

/** Everything else that a schema demands: keyword and value. */
export function constraintsOf(schema: Schema): string {
  return Object.entries(schema)
    .filter(([keyword]) => !SHOWN.has(keyword))
    .map(([keyword, value]) => `${keyword} ${code(shorten(JSON.stringify(value)))}`)
    .join('<br>')
}

function shorten(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}...` : text
}

/** What a schema says of itself. */
export function descriptionOf(schema: Schema): string {
  return prose(schema.description ?? '')
}
