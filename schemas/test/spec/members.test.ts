/** Proves how the members of a type become a table. */
import { expect, it } from 'vitest'
import { memberTables } from '../../tools/spec/members.ts'

it('a member is followed through its reference into another file', () => {
  const schemas = new Map([
    ['terms.schema.json', { $defs: { Seq: { type: 'integer', description: 'A number.' } } }],
    [
      'message.schema.json',
      {
        $defs: {
          Receipt: {
            required: ['seq'],
            properties: {
              seq: { $ref: 'terms.schema.json#/$defs/Seq' },
              kind: { enum: ['a', 'b'], description: 'One | other.' },
            },
          },
        },
      },
    ],
  ])
  expect(memberTables(schemas).get('members Receipt')).toBe(
    [
      '| member | type | there | meaning |',
      '|---|---|---|---|',
      '| `seq` | integer | always | A number. |',
      '| `kind` | `"a"`, `"b"` | sometimes | One \\| other. |',
    ].join('\n'),
  )
})

it('a reference to nothing is refused', () => {
  const receipt = { properties: { seq: { $ref: '#/$defs/Seq' } } }
  const schemas = new Map([['message.schema.json', { $defs: { Receipt: receipt } }]])
  expect(() => memberTables(schemas)).toThrow('message.schema.json: nothing at #/$defs/Seq')
})
