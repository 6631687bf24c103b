import { describe, expect, test } from 'vitest'
import { makeReproduce, nameProgram } from '../../src/cli/reproduce.ts'

describe('nameProgram', () => {
  test.each([
    [{ npm_lifecycle_event: 'conformance' }, 'npm run conformance --'],
    [{ npm_lifecycle_event: 'npx' }, 'npx @channel-protocol/conformance'],
    [{ npm_lifecycle_event: 'test' }, 'channel-conformance'],
    [{}, 'channel-conformance'],
  ])('of %j is %s', (env, name) => {
    expect(nameProgram(env)).toBe(name)
  })
})

describe('makeReproduce', () => {
  test('puts what was judged before the check, and a program at the end', () => {
    const ofUrl = makeReproduce('http://127.0.0.1:1', {}, ['--seed 1'])
    expect(ofUrl('token.a')).toBe('channel-conformance run http://127.0.0.1:1 token.a --seed 1')
    const started = makeReproduce(undefined, {}, [], '--exec -- ./my-server')
    expect(started('token.a')).toBe('channel-conformance run token.a --exec -- ./my-server')
  })
})
