/** Proves what `validate` answers and how it says what is wrong. */
import { describe, expect, it } from 'vitest'
import { JSON_SCHEMAS } from '../src/json-schemas.ts'
import { describeErrors, makeValidate, type TypeName, validate } from '../src/validate.ts'

function explained(typeName: TypeName, value: unknown): string {
  const result = validate(typeName, value)
  return result.valid ? 'valid' : describeErrors(result.errors)
}

describe('validate', () => {
  it('hands back the very value that it found valid', () => {
    const value = { client_id: 'alice', data: 'x' }
    const result = validate('MessageRequest', value)
    expect(result.valid && result.value).toBe(value)
  })

  it('reports every error at once, each with pointer, keyword, expectation and what came', () => {
    expect(validate('Receipt', { id: 'm', seq: 0, epoch: 1 })).toEqual({
      valid: false,
      errors: [
        { pointer: '/connections', keyword: 'required', expected: 'a value', got: 'nothing' },
        { pointer: '/seq', keyword: 'minimum', expected: 'at least 1', got: '0' },
      ],
    })
  })

  it('judges an envelope by the type that it names', () => {
    expect(explained('Envelope', { type: 'reconnect' })).toBe(
      '/after_seconds: expected a value, got nothing',
    )
    expect(explained('Envelope', { type: 'typing' })).toBe(
      '/type: expected one of "welcome", "message", "heartbeat", "reconnect", got "typing"',
    )
    expect(explained('Envelope', 7)).toBe('the value: expected an object, got 7')
  })

  it('shortens what came to 80 characters', () => {
    const result = validate('TokenRequest', { client_id: 'x'.repeat(300) })
    const got = result.valid ? '' : result.errors[0]?.got
    expect(got).toHaveLength(80)
    expect(got).toMatch(/^"x+…$/)
  })

  it('knows the names of types only', () => {
    expect(() => validate('Nothing' as TypeName, {})).toThrow('no schema of the type Nothing')
  })
})

describe('describeErrors', () => {
  it.each<[TypeName, unknown, string]>([
    [
      'TokenRequest',
      { client_id: '' },
      '/client_id: expected a string of at least 1 character, got ""',
    ],
    [
      'TokenRequest',
      { client_id: 'a', ttl_seconds: '60' },
      '/ttl_seconds: expected a number, got "60"',
    ],
    [
      'TokenRequest',
      { client_id: 'a', ttl_seconds: 86401 },
      '/ttl_seconds: expected at most 86400, got 86401',
    ],
    [
      'PresencePage',
      { clients: {}, next_cursor: '' },
      '/clients: expected an array, got {}; /next_cursor: expected a string of at least 1 character, got ""',
    ],
    ['HeartbeatEnvelope', { type: 'ping' }, '/type: expected "heartbeat", got "ping"'],
    [
      'PresenceAnswer',
      { client_id: 'a', online: true, epoch: 1, version: 3, connection_id: 'c' },
      '/since: expected a value, as "connection_id" is present, got nothing',
    ],
    [
      'PresenceAnswer',
      { client_id: 'a', online: true, epoch: 1, version: 2 },
      '/version: expected anything but an even number, got 2',
    ],
    [
      'PresenceAnswer',
      { client_id: 'a', online: false, epoch: 1, version: 3 },
      '/version: expected an even number, got 3',
    ],
    [
      'StartedEvent',
      { event: 'started', epoch: '1', time: '2026-02-30T00:00:00.000Z' },
      '/time: expected an existing date-time, got "2026-02-30T00:00:00.000Z"',
    ],
    [
      'StartedEvent',
      { event: 'started', epoch: '0' },
      '/epoch: expected a string that matches ^[1-9][0-9]{0,15}$, got "0"',
    ],
  ])('says of a %s what a person understands', (typeName, value, text) => {
    expect(explained(typeName, value)).toBe(text)
  })
})

describe('makeValidate', () => {
  it('finds every schema of this revision well-formed, which validate takes for granted', () => {
    expect(makeValidate(JSON_SCHEMAS)('Discovery', {}).valid).toBe(false)
  })

  it('refuses a schema with a keyword that nobody knows', () => {
    const [first, ...rest] = JSON_SCHEMAS
    const files = [
      { ...first, $id: String(first?.$id), $defs: { Odd: { tpye: 'string' } } },
      ...rest,
    ]
    expect(() => makeValidate(files)('Odd' as TypeName, 1)).toThrow('tpye')
  })
})
