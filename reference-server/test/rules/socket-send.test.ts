import { expect, test } from 'vitest'
import type { Refusal } from '../../src/refusal.ts'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

function slugOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (cause) {
    return (cause as Refusal).slug
  }
}

test('one id is a list of one, and a list stays as it is', () => {
  expect(rules.readSocketList('a', 3)).toEqual(['a'])
  expect(rules.readSocketList(['b', 'a', 'b'], 3)).toEqual(['b', 'a', 'b'])
})

test.each([undefined, null, 7, {}, [], [7], ['a', null], [['a']], ['a', 'b', 'c', 'd']])(
  'sockets as %j are refused',
  (value) => {
    expect(slugOf(() => rules.readSocketList(value, 3))).toBe('malformed-request')
  },
)

test.each([undefined, null, 7, {}, ['a'], '\ud800'])('a body as %j is refused', (value) => {
  expect(slugOf(() => rules.readSocketBody(value))).toBe('invalid-data')
})

test('a body may be empty, and as long as the limit in bytes', () => {
  expect(rules.readSocketBody('')).toBe('')
  expect(rules.decideSocketBodySize('', 4)).toBeUndefined()
  expect(rules.decideSocketBodySize('éé', 4)).toBeUndefined()
  expect(rules.decideSocketBodySize('ééa', 4)).toMatchObject({
    slug: 'payload-too-large',
    extra: { maxBytes: 4 },
  })
})

test('the longest send fits into what is read, in whatever escapes', () => {
  const sockets = Array.from({ length: 1000 }, () => 'x'.repeat(64))
  const longest = `{"sockets":${JSON.stringify(sockets)},"body":"${'\\u0041'.repeat(32_767)}"}`
  expect(Buffer.byteLength(longest)).toBeLessThan(rules.decideMaxSendBytes(32_767, 1000))
})
