/** Turns the JSON Schemas into TypeScript types; knows alone how the type generator is asked. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { Output } from './output.ts'

const path = 'schemas/src/types.ts'
const folder = new URL('../json/', import.meta.url)

const head = `/** The types of the protocol's JSON values. Generated from schemas/json/ by \`npm run generate\`: change the schemas, not this file. */`

/** The values that are shared by the types but are no type of a body, form or envelope. */
const sharedNoun = 'terms.schema.json'

async function readTypes(): Promise<Record<string, JSONSchema>> {
  const files = (await readdir(folder)).filter((name) => name !== sharedNoun).sort()
  const types: Record<string, JSONSchema> = {}
  for (const file of files) {
    const schema = JSON.parse(await readFile(new URL(file, folder), 'utf8')) as {
      readonly $defs: Readonly<Record<string, unknown>>
    }
    for (const name of Object.keys(schema.$defs)) types[name] = { $ref: `${file}#/$defs/${name}` }
  }
  return types
}

/** Produces `schemas/src/types.ts`: one exported type per definition, and `Types`, which names them all. */
export async function typesOutputs(): Promise<readonly Output[]> {
  const properties = await readTypes()
  const root: JSONSchema = {
    title: 'Types',
    description: 'Every type that `validate` knows, by its name.',
    type: 'object',
    required: Object.keys(properties),
    properties,
  }
  const text = await compile(root, 'Types', {
    additionalProperties: false,
    bannerComment: head,
    cwd: fileURLToPath(folder),
    ignoreMinAndMaxItems: true,
    style: { printWidth: 100, semi: false, singleQuote: true, trailingComma: 'all' },
    unknownAny: true,
  })
  return [{ path, text }]
}
