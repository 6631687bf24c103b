/** Proves that the examples pin every keyword of every schema. */
import { expect, it } from 'vitest'
import { JSON_SCHEMAS } from '../src/json-schemas.ts'
import { makeValidate, type TypeName, type Validate } from '../src/validate.ts'
import { type Example, readExamples } from './example-files.ts'
import { holds } from './judge-example.ts'
import { type Mutant, mutantsOf, withMutants } from './mutants.ts'

const examples = readExamples()

function examplesOf(definition: string): readonly Example[] {
  const own = examples.filter(({ type }) => type === definition)
  // The errors of an envelope are told by its name, which a copy has not.
  return definition === 'Envelope' ? own.map((example) => ({ ...example, errors: [] })) : own
}

/** Examples of other definitions are judged by schemas that are what they were. */
function passesEveryExample(mutant: Mutant, validate: Validate): boolean {
  return mutant.copies.every(({ definition, alias }) =>
    examplesOf(definition).every((example) =>
      holds(validate, { ...example, type: alias as TypeName }),
    ),
  )
}

/** These repeat what stands beside them, because strict mode demands it: without them no example can be judged. */
const REPEATING = [
  'presence.schema.json#/$defs/PresenceAnswer/then/properties/version/not/type dropped',
  'presence.schema.json#/$defs/PresenceAnswer/else/properties/version/type dropped',
  'presence.schema.json#/$defs/PresencePage/properties/clients/items/properties/version/not/type dropped',
  'webhook.schema.json#/$defs/PresenceEvent/properties/version/type dropped',
  'webhook.schema.json#/$defs/PresenceEvent/then/properties/version/type dropped',
  'webhook.schema.json#/$defs/PresenceEvent/else/properties/reason dropped',
  'webhook.schema.json#/$defs/PresenceEvent/else/properties/version/type dropped',
]

const mutants = mutantsOf(JSON_SCHEMAS)

it('knows hundreds of keywords to drop or loosen', () => {
  expect(mutants.length).toBeGreaterThan(400)
})

it.each(JSON_SCHEMAS.map((file) => [file.$id.split('/').at(-1) ?? '', file] as const))(
  'fails some example when any keyword of %s is dropped or loosened',
  (name, file) => {
    const own = mutants.filter(({ copies: [first] }) => first?.file === file)
    const validate = makeValidate(withMutants(JSON_SCHEMAS, own), { strict: false })
    const survivors = own.filter((mutant) => passesEveryExample(mutant, validate))

    const strictly = makeValidate(withMutants(JSON_SCHEMAS, survivors))
    for (const mutant of survivors) {
      expect(() => passesEveryExample(mutant, strictly), mutant.name).toThrow('strict mode')
    }
    expect(survivors.map((mutant) => mutant.name)).toEqual(
      REPEATING.filter((repeating) => repeating.startsWith(`${name}#`)),
    )
  },
)
