/** Reads what the site is made of; the only file of these tools that knows where things are in the repository. */

import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RegistryFile, readRegistryFile } from './registry-pages.ts'
import { readSchemaFile, type SchemaFile } from './schema-document.ts'
import type { Example, Uses } from './schema-pages.ts'

/** The root of the repository. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8')
}

function list(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: REPOSITORY }).sort()
}

/** All files of schemas. */
export function readSchemaFiles(): readonly SchemaFile[] {
  return list('schemas/json/*.schema.json').map((path) =>
    readSchemaFile(basename(path, '.schema.json'), readText(path)),
  )
}

/** All tables of the registry. */
export function readRegistryFiles(): readonly RegistryFile[] {
  return list('schemas/registry/*.json').map((path) =>
    readRegistryFile(basename(path, '.json'), readText(path)),
  )
}

/** All examples of the schemas. */
export function readExamples(): readonly Example[] {
  return list('schemas/examples/*/{valid,invalid}/*.json').map((path) => ({
    ...(JSON.parse(readText(path)) as Pick<Example, 'type' | 'reason' | 'errors' | 'value'>),
    situation: basename(path, '.json').split('.')[1] ?? '',
    isValid: path.includes('/valid/'),
  }))
}

/** Which calls and webhooks carry a type, with links from the pages of the schemas. */
export function readUses(registry: readonly RegistryFile[]): Uses {
  const uses = new Map<string, string[]>()
  const note = (type: unknown, words: string): void => {
    if (typeof type === 'string') uses.set(type, [...(uses.get(type) ?? []), words])
  }
  for (const { name, rows } of registry)
    for (const row of rows) {
      if (name === 'webhooks') note(row.type, `[webhook ${row.event}](../registry/webhooks.md)`)
      if (name !== 'calls') continue
      const call = `[${row.method} ${row.path}](../registry/calls.md)`
      note(row.request, call)
      for (const { type } of row.answers as { type?: string }[]) note(type, `the answer of ${call}`)
    }
  return uses
}
