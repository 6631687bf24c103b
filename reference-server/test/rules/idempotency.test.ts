import { expect, test } from 'vitest'
import { Refusal } from '../../src/refusal.ts'
import { idempotencyRules } from '../../src/rules/idempotency.ts'
import { ROUTES } from '../../src/rules/route.ts'

const { readIdempotencyKey, decideKeyed, makeKeyScope } = idempotencyRules

test('a key is 1 to 255 characters of printable ASCII, a space neither first nor last, given once', () => {
  const longest = `"${'~ '.repeat(126)}~"`
  expect(readIdempotencyKey([longest])).toBe(longest)
  expect(readIdempotencyKey(['k'])).toBe('k')
  expect(readIdempotencyKey([])).toBeUndefined()
  for (const wrong of [
    [''],
    ['x'.repeat(256)],
    ['é'],
    ['a\tb'],
    ['a\x7f'],
    [' a'],
    ['a '],
    [' '],
    ['a', 'a'],
  ])
    expect(() => readIdempotencyKey(wrong)).toThrow(Refusal)
})

test('the posts that send take a key where the profile is offered, and no other call does', () => {
  const keyed = ROUTES.filter((route) => decideKeyed(route, ['core', 'idempotency']))
  expect(keyed.map(({ path }) => path).sort()).toEqual([
    '/v1/batches',
    '/v1/broadcasts',
    '/v1/messages',
    '/v1/sockets/broadcasts',
    '/v1/sockets/messages',
  ])
  expect(ROUTES.filter((route) => decideKeyed(route, ['core']))).toEqual([])
})

test('no two pairs of path and key have one name', () => {
  expect(makeKeyScope('/v1/messages', 'a b')).not.toBe(makeKeyScope('/v1/messages', 'a  b'))
  expect(makeKeyScope('/v1/messages', 'a')).not.toBe(makeKeyScope('/v1/broadcasts', 'a'))
})
