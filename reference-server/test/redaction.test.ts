import { describe, expect, test } from 'vitest'
import { describeError, makeHiding } from '../src/redaction.ts'
import { makeRules } from '../src/rules/rule-book.ts'

const rules = makeRules()
const KEY = 'k'.repeat(32)
const NONCE = Buffer.alloc(16, 7)

describe('a line of the log', () => {
  const hide = makeHiding(['a "key" of \\ 16 signs'])

  test('hides what is known to be secret, also where JSON has escaped it', () => {
    expect(hide('{"x":"a \\"key\\" of \\\\ 16 signs"}')).toBe('{"x":"[hidden]"}')
  })

  test('hides what looks like a token, a ticket, a webhook secret or a bearer', () => {
    const claims = { clientId: 'ada', expiresAtMs: 1_800_000_000_000, generation: 0 }
    const token = rules.mintToken(claims, KEY, NONCE)
    const ticket = rules.mintTicket({ path: '', expiresAtMs: 1_800_000_000_000 }, KEY, NONCE)
    const withPath = rules.mintTicket({ path: 'a/b', expiresAtMs: 1 }, KEY, NONCE)
    for (const secret of [token, ticket, withPath, `whsec_${'A'.repeat(32)}=`])
      expect(hide(`before ${secret} after`)).toBe('before [hidden] after')
    expect(hide('Authorization: Bearer opensesame')).toBe('Authorization: Bearer [hidden]')
    expect(hide('channel-token.opensesame')).toBe('channel-token.[hidden]')
    expect(hide('redis://user:opensesame@host/0')).toBe('redis://user:[hidden]@host/0')
  })

  test('is left as it is otherwise', () => {
    const line = '{"level":30,"connections":3,"msg":"draining","at":"file:///a/b.ts:10:3"}'
    expect(hide(line)).toBe(line)
  })
})

describe('a logged error', () => {
  test('names its kind, message, code, places and causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED' })
    const logged = describeError(new Error('outer', { cause }))
    expect(logged).toMatchObject({ type: 'Error', message: 'outer' })
    expect(logged.cause).toMatchObject({
      type: 'TypeError',
      message: 'inner',
      code: 'ECONNREFUSED',
    })
    expect(logged.stack[0]).toMatch(/redaction\.test\.ts/)
  })

  test('leaves out what its thrower attached, and what the runtime quotes of what it could not read', () => {
    const thrown: unknown[] = []
    const attempts = [
      () => JSON.parse('opensesame'),
      () => new URL('//opensesame'),
      () => BigInt('opensesame'),
      () => Buffer.from(7 as unknown as string, 'opensesame' as 'hex'),
      () => Buffer.alloc('opensesame' as unknown as number),
      () => new RegExp(['opensesame', '('].join('')),
    ]
    for (const attempt of attempts)
      try {
        attempt()
      } catch (error) {
        thrown.push(Object.assign(error as object, { token: 'opensesame' }))
      }
    expect(thrown).toHaveLength(attempts.length)
    expect(JSON.stringify(thrown.map((one) => describeError(one)))).not.toContain('opensesame')
  })

  test('is nothing but its kind where it is no error', () => {
    expect(describeError('opensesame')).toMatchObject({ type: 'string' })
    expect(JSON.stringify(describeError('opensesame'))).not.toContain('opensesame')
  })

  test('ends where its causes go round, and holds what several failed with', () => {
    const loop = new Error('loop')
    loop.cause = loop
    expect(JSON.stringify(describeError(loop))).toContain('loop')
    const many = new AggregateError([new Error('one'), new Error('two')], 'many')
    expect(describeError(many).errors).toMatchObject([{ message: 'one' }, { message: 'two' }])
  })
})
