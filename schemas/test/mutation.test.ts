/** Proves that the examples pin every keyword of every schema. */
import { expect, it } from 'vitest'
import { JSON_SCHEMAS } from '../src/json-schemas.ts'
import { makeValidate } from '../src/validate.ts'
import { readExamples } from './example-files.ts'
import { holds } from './judge-example.ts'
import { type Mutant, mutantsOf } from './mutants.ts'

const examples = readExamples()

function passesEveryExample({ files, definition }: Mutant, strict: boolean): boolean {
  const validate = makeValidate(files, { strict })
  const nearest = examples.filter(({ type }) => type === definition)
  return [...nearest, ...examples].every((example) => holds(validate, example))
}

it('fails some example when any keyword of a schema is dropped or loosened', () => {
  const mutants = [...mutantsOf(JSON_SCHEMAS)]
  expect(mutants.length).toBeGreaterThan(400)
  const survivors = mutants.filter((mutant) => passesEveryExample(mutant, false))

  // These repeat what stands beside them, because strict mode demands it: without them no example can be judged.
  for (const mutant of survivors) {
    expect(() => passesEveryExample(mutant, true), mutant.name).toThrow('strict mode')
  }
  expect(survivors.map(({ name }) => name)).toEqual([
    'presence.schema.json#/$defs/PresenceAnswer/then/properties/version/not/type dropped',
    'presence.schema.json#/$defs/PresenceAnswer/else/properties/version/type dropped',
    'presence.schema.json#/$defs/PresencePage/properties/clients/items/properties/version/not/type dropped',
    'webhook.schema.json#/$defs/PresenceEvent/properties/version/type dropped',
    'webhook.schema.json#/$defs/PresenceEvent/then/properties/version/type dropped',
    'webhook.schema.json#/$defs/PresenceEvent/else/properties/reason dropped',
    'webhook.schema.json#/$defs/PresenceEvent/else/properties/version/type dropped',
  ])
}, 90_000)
