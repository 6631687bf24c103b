/** Tools of the specification: the members of a type as a table; it alone reads the JSON Schemas for the text. */
import { readdirSync, readFileSync } from 'node:fs'

interface Schema {
  $ref?: string
  $defs?: Record<string, Schema>
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  oneOf?: Schema[]
}

/** Every JSON Schema of the project by its file name, as `token.schema.json`. */
export function readSchemas(root: URL): Map<string, Schema> {
  const folder = new URL('schemas/json/', root)
  const names = readdirSync(folder).filter((name) => name.endsWith('.schema.json'))
  return new Map(
    names.map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Schema]),
  )
}

/** A table `members <Type>` for every object type that the schemas define. */
export function memberTables(schemas: ReadonlyMap<string, Schema>): Map<string, string> {
  const tables = new Map<string, string>()
  for (const [file, schema] of schemas) {
    for (const [type, definition] of Object.entries(schema.$defs ?? {})) {
      if (definition.properties) {
        tables.set(`members ${type}`, membersOf(schemas, file, definition))
      }
    }
  }
  return tables
}

function membersOf(schemas: ReadonlyMap<string, Schema>, file: string, type: Schema): string {
  const rows = Object.entries(type.properties ?? {}).map(([name, member]) => {
    const target = follow(schemas, file, member)
    const presence = type.required?.includes(name) ? 'always' : 'sometimes'
    const text = (member.description ?? target.description ?? '').replaceAll('|', '\\|')
    return `| \`${name}\` | ${kindOf(target)} | ${presence} | ${text} |`
  })
  return ['| member | type | there | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function follow(schemas: ReadonlyMap<string, Schema>, file: string, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const [path = '', pointer = ''] = schema.$ref.split('#')
  const name = path === '' ? file : path.replace(/^.*\//, '')
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      schemas.get(name),
    )
  if (found === undefined) throw new Error(`${file}: nothing at ${schema.$ref}`)
  return follow(schemas, name, found as Schema)
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ')
  if (schema.oneOf) return schema.oneOf.map(kindOf).join(' or ')
  if (schema.type === 'array') return `array of ${schema.items?.type ?? 'object'}s`
  return [schema.type ?? 'object'].flat().join(' or ')
}
