/** Proves what every schema file promises its readers, whatever its noun. */
import { describe, expect, it } from 'vitest'
import { JSON_SCHEMAS } from '../src/json-schemas.ts'

type Node = {
  readonly description?: unknown
  readonly items?: unknown
  readonly $defs?: unknown
  readonly properties?: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The definitions and properties of a schema, at any depth, by their path; conditions only refine them. */
function describable(schema: Node, path: string): readonly (readonly [string, Node])[] {
  const named = [schema.$defs, schema.properties].flatMap((members) => {
    return isNode(members)
      ? Object.entries(members).flatMap(([name, member]) =>
          isNode(member)
            ? [[`${path}/${name}`, member] as const, ...describable(member, `${path}/${name}`)]
            : [],
        )
      : []
  })
  return isNode(schema.items) ? [...named, ...describable(schema.items, `${path}/items`)] : named
}

describe.each(JSON_SCHEMAS.map((file) => ({ file, noun: file.$id.split('/').at(-1) ?? '' })))(
  '$noun',
  ({ file }) => {
    it('is a 2020-12 schema at an address of its own, with a title and a description', () => {
      expect(file).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: expect.any(String),
        description: expect.any(String),
      })
      expect(file.$id).toMatch(
        /^https:\/\/channel-protocol\.org\/schemas\/1\.0\/[a-z-]+\.schema\.json$/,
      )
    })

    it('describes every definition and every member', () => {
      for (const [path, schema] of describable(file as unknown as Node, '')) {
        expect(schema.description, path).toEqual(expect.any(String))
      }
    })

    it('leaves its objects open', () => {
      expect(JSON.stringify(file)).not.toMatch(/"(additional|unevaluated)Properties":false/)
    })
  },
)
