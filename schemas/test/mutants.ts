/** Makes weakened copies of schemas; knows alone what dropping and loosening a keyword means. */
import type { SchemaFile } from '../src/json-schemas.ts'

/** A schema set in which one keyword of one file is missing or asks for less. */
export type Mutant = {
  /** Which keyword, and what became of it. */
  readonly name: string
  /** The definition that the keyword stands in. */
  readonly definition: string
  readonly files: readonly SchemaFile[]
}

type Json = null | boolean | number | string | Json[] | { [member: string]: Json }
type Change = {
  readonly path: readonly (string | number)[]
  readonly to: Json | undefined
  readonly what: string
}

const annotations = new Set(['$schema', '$id', 'title', 'description'])
/** Keywords whose members are names that the schema's author chose, each of which is a schema. */
const named = new Set(['$defs', 'properties'])
const raised = new Set(['maximum', 'maxLength'])
const lowered = new Set(['minimum', 'minLength', 'minItems'])

function looser(keyword: string, value: Json, beside: { [member: string]: Json }): readonly Json[] {
  if (typeof value === 'number') {
    if (raised.has(keyword)) return [value + 1]
    if (lowered.has(keyword)) return [value - 1]
  }
  // A multiple of a whole number is an integer anyway.
  if (keyword === 'type' && value === 'integer' && !('multipleOf' in beside)) return ['number']
  if (keyword === 'pattern' && typeof value === 'string') {
    return [
      value.replace(/^\^/, ''),
      value.replace(/\$(\)?)$/, '$1'),
      value.replace(/\{1,(\d+)\}/, (_, most) => `{1,${Number(most) + 1}}`),
      value.replace(/\{1,(\d+)\}/, (_, most) => `{0,${most}}`),
      value.replace(/\{0,(\d+)\}/, (_, most) => `{0,${Number(most) + 1}}`),
    ].filter((pattern) => pattern !== value)
  }
  if (['required', 'oneOf'].includes(keyword) && Array.isArray(value)) {
    return value.map((_, index) => value.filter((_one, other) => other !== index))
  }
  return []
}

function changesOf(schema: Json, path: readonly (string | number)[]): readonly Change[] {
  if (schema === null || typeof schema !== 'object') return []
  if (Array.isArray(schema)) return schema.flatMap((one, index) => changesOf(one, [...path, index]))
  return Object.entries(schema).flatMap(([keyword, value]): readonly Change[] => {
    const here = [...path, keyword]
    if (annotations.has(keyword)) return []
    const own: readonly Change[] = [
      ...(keyword === '$defs' ? [] : [{ path: here, to: undefined, what: 'dropped' }]),
      ...looser(keyword, value, schema).map((to) => ({
        path: here,
        to,
        what: `loosened to ${JSON.stringify(to)}`,
      })),
    ]
    if (!named.has(keyword)) return [...own, ...changesOf(value, here)]
    const members = Object.entries(value as { [name: string]: Json })
    return [
      ...own,
      ...members.flatMap(([name, member]) => [
        ...(keyword === 'properties'
          ? [{ path: [...here, name], to: undefined, what: 'dropped' }]
          : []),
        ...changesOf(member, [...here, name]),
      ]),
    ]
  })
}

function applied(file: SchemaFile, change: Change): SchemaFile {
  const copy = structuredClone(file)
  const last = change.path.at(-1) ?? ''
  let place = copy as unknown as Record<string | number, unknown>
  for (const step of change.path.slice(0, -1)) {
    place = place[step] as Record<string | number, unknown>
  }
  if (change.to === undefined) delete place[last]
  else place[last] = change.to
  return copy
}

/** Every weakening by one step of every keyword of the given files; annotations are no keywords here. */
export function* mutantsOf(files: readonly SchemaFile[]): Generator<Mutant> {
  for (const file of files) {
    for (const change of changesOf(file as unknown as Json, [])) {
      yield {
        definition: String(change.path[1]),
        name: `${file.$id.split('/').at(-1)}#/${change.path.join('/')} ${change.what}`,
        files: files.map((one) => (one === file ? applied(file, change) : one)),
      }
    }
  }
}
