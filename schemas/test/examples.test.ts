/** Proves every example against its schema. */
import { describe, expect, it } from 'vitest'
import { JSON_SCHEMAS } from '../src/json-schemas.ts'
import { validate } from '../src/validate.ts'
import { claimsOf, readExamples } from './example-files.ts'
import { disappointments } from './judge-example.ts'

const examples = readExamples()
const kebab = (type: string) =>
  type.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

describe('every example', () => {
  it.each(examples)('$file does what it says', (example) => {
    expect(disappointments(validate, example)).toEqual([])
  })

  it('lies in the folder of its noun under the name of its type', () => {
    for (const example of examples) {
      const { noun, type, situation } = claimsOf(example)
      const home = JSON_SCHEMAS.find(({ $defs }) => example.type in $defs)
      expect(home?.$id, example.file).toMatch(new RegExp(`/${noun}\\.schema\\.json$`))
      expect(type, example.file).toBe(kebab(example.type))
      expect(situation, example.file).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    }
  })

  it('names a reason and an error exactly when it is invalid', () => {
    for (const example of examples) {
      expect(example.reason !== undefined, example.file).toBe(!example.valid)
      expect((example.errors ?? []).length > 0, example.file).toBe(!example.valid)
    }
  })
})

it('has valid and invalid examples of every type', () => {
  const types = JSON_SCHEMAS.filter(({ $id }) => !$id.endsWith('/terms.schema.json')).flatMap(
    ({ $defs }) => Object.keys($defs),
  )
  for (const type of types) {
    const own = examples.filter((example) => example.type === type)
    expect(own.filter(({ valid }) => valid).length, type).toBeGreaterThanOrEqual(2)
    expect(own.filter(({ valid }) => !valid).length, type).toBeGreaterThanOrEqual(3)
  }
})
