/** Proves that the server knows the calls of the registry, and no others. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/rules/route.ts'

interface Call {
  readonly method: string
  readonly path: string
  readonly profile: string
  readonly key: 'application' | 'client' | 'none'
  readonly repeatable?: true
}

const schemas = createRequire(import.meta.url).resolve('@channel-protocol/schemas/registry')
const file = join(dirname(schemas), '../registry/calls.json')
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Call[] }

test('the server serves the calls of the registry, each guarded as it says there', () => {
  const served = ROUTES.map(({ path, isPrefix, methods, profile, keyed, sends }) => ({
    method: methods[0],
    path: isPrefix ? `${path}{ticket}` : path,
    profile,
    isKeyed: keyed,
    isRepeatable: sends === true,
  }))
  const registered = rows.map(({ method, path, profile, key, repeatable }) => ({
    method,
    path,
    profile,
    isKeyed: key === 'application',
    isRepeatable: repeatable === true,
  }))
  const byPath = (a: { path: string }, b: { path: string }): number => a.path.localeCompare(b.path)
  expect(served.sort(byPath)).toEqual(registered.sort(byPath))
})
