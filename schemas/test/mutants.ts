/** Makes weakened copies of schemas; knows alone what dropping and loosening a keyword means. */
import type { SchemaFile } from '../src/json-schemas.ts'

/** A weakening, and the definitions that mean something else by it. */
export type Mutant = {
  /** Which keyword, and what became of it. */
  readonly name: string
  /** The definition that the keyword stands in, then those that refer to it, directly or by way of others. */
  readonly copies: readonly Copy[]
}

/** A definition as a weakening makes it, to stand under a name of its own beside what it was. */
export type Copy = {
  readonly definition: string
  readonly alias: string
  readonly file: SchemaFile
  readonly schema: unknown
}

type Json = null | boolean | number | string | Json[] | { [member: string]: Json }
type Members = { [member: string]: Json }
type Change = {
  /** The path of what was changed. */
  readonly at: string
  readonly what: string
  /** What stands around the change, with the change. */
  readonly to: Json
}

const annotations = new Set(['title', 'description'])
const raised = new Set(['maximum', 'maxLength'])
const lowered = new Set(['minimum', 'minLength', 'minItems'])

function looser(keyword: string, value: Json, beside: Members): readonly Json[] {
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

function dropped(members: Members, name: string, at: string): Change {
  const { [name]: _gone, ...rest } = members
  return { at: `${at}/${name}`, what: 'dropped', to: rest }
}

function changesOf(schema: Json, at: string): readonly Change[] {
  if (schema === null || typeof schema !== 'object') return []
  if (Array.isArray(schema)) {
    return schema.flatMap((one, index) =>
      changesOf(one, `${at}/${index}`).map((change) => ({
        ...change,
        to: schema.with(index, change.to),
      })),
    )
  }
  return Object.entries(schema).flatMap(([keyword, value]): readonly Change[] => {
    const here = `${at}/${keyword}`
    if (annotations.has(keyword)) return []
    const inner =
      keyword === 'properties' ? memberChangesOf(value as Members, here) : changesOf(value, here)
    return [
      dropped(schema, keyword, at),
      ...looser(keyword, value, schema).map((to) => ({
        at: here,
        what: `loosened to ${JSON.stringify(to)}`,
        to: { ...schema, [keyword]: to },
      })),
      ...inner.map((change) => ({ ...change, to: { ...schema, [keyword]: change.to } })),
    ]
  })
}

/** Of members whose names the schema's author chose, and each of which is a schema. */
function memberChangesOf(members: Members, at: string): readonly Change[] {
  // What stays as it was is referred to, which has it compiled once for all mutants.
  const kept = Object.fromEntries(
    Object.keys(members).map((name) => [name, { $ref: `#${at}/${name}` }]),
  )
  return Object.entries(members).flatMap(([name, member]) => [
    dropped(kept, name, at),
    ...changesOf(member, `${at}/${name}`).map((change) => ({
      ...change,
      to: { ...kept, [name]: change.to },
    })),
  ])
}

type Definition = { readonly file: SchemaFile; readonly name: string; readonly text: string }

/** The definitions that refer to one, directly or by way of others; the shortest first. */
function usersOf(name: string, all: readonly Definition[]): readonly Definition[] {
  const direct = all.filter(({ text }) => new RegExp(`#/\\$defs/${name}["/]`).test(text))
  const users = new Set(direct.flatMap((user) => [user, ...usersOf(user.name, all)]))
  return [...users].sort((one, other) => one.text.length - other.text.length)
}

function copiesOf(
  { name, file }: Definition,
  schema: unknown,
  users: readonly Definition[],
  suffix: string,
): readonly Copy[] {
  const names = [name, ...users.map((user) => user.name)].join('|')
  const references = new RegExp(`#/\\$defs/(${names})(?=["/])`, 'g')
  return [
    { definition: name, alias: name + suffix, file, schema },
    ...users.map((user) => ({
      definition: user.name,
      alias: user.name + suffix,
      file: user.file,
      schema: JSON.parse(user.text.replace(references, `$&${suffix}`)),
    })),
  ]
}

/** Every weakening by one step of every keyword of the given files; annotations are no keywords here. */
export function mutantsOf(files: readonly SchemaFile[]): readonly Mutant[] {
  const all = files.flatMap((file) =>
    Object.entries(file.$defs).map(
      ([name, schema]): Definition => ({ file, name, text: JSON.stringify(schema) }),
    ),
  )
  return all.flatMap((definition) => {
    const { name, file, text } = definition
    const users = usersOf(name, all)
    return changesOf(JSON.parse(text), `/$defs/${name}`).map(({ at, what, to }, index) => ({
      name: `${file.$id.split('/').at(-1)}#${at} ${what}`,
      copies: copiesOf(definition, to, users, `.${name}.${index}`),
    }))
  })
}

/** The files with all copies beside the definitions of the files. */
export function withMutants(
  files: readonly SchemaFile[],
  mutants: readonly Mutant[],
): readonly SchemaFile[] {
  const copies = mutants.flatMap((mutant) => mutant.copies)
  return files.map((file) => {
    const own = copies.filter((copy) => copy.file === file)
    const added = Object.fromEntries(own.map(({ alias, schema }) => [alias, schema]))
    return { ...file, $defs: { ...file.$defs, ...added } }
  })
}
