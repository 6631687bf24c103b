import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()
const LIMIT = 1024

function refusalOf(path: unknown): { slug?: string; extra?: { errors?: { pointer: string }[] } } {
  try {
    rules.readSocketPath(path, LIMIT)
    return {}
  } catch (cause) {
    return cause as object
  }
}

test.each([
  [undefined, ''],
  ['', ''],
  ['/', ''],
  ['/foo/bar', 'foo/bar'],
  ['foo/bar', 'foo/bar'],
  ['50%/a?b#c', '50%/a?b#c'],
  ['%41', '%41'],
  ['고객/é/😀', '고객/é/😀'],
  [' a b /"\'`+&=;:@|{}', ' a b /"\'`+&=;:@|{}'],
  ['.../a.b/..c/.d', '.../a.b/..c/.d'],
  ['%2e%2e%2e/%2', '%2e%2e%2e/%2'],
  ['%ff%2e%2e', '%ff%2e%2e'],
  ['%c0%ae%c0%ae/a', '%c0%ae%c0%ae/a'],
  ['a%2Fb%5Cc', 'a%2Fb%5Cc'],
  ['a%2F%2Fb', 'a%2F%2Fb'],
  ['%00%0a', '%00%0a'],
  ['%', '%'],
])('%j is the path %j', (asked, path) => {
  expect(rules.readSocketPath(asked, LIMIT)).toBe(path)
})

test.each([
  null,
  7,
  ['a'],
  {},
  'a//b',
  'a/',
  '//',
  '//a',
  '.',
  '..',
  '/../a',
  'a/./b',
  'a/%2e%2E',
  'a/%2e',
  'a/%252e%252e/b',
  'a/%25252e%2e',
  'a%2F..%2Fb',
  'a%5C..',
  'a%255c%252e.',
  '%ff%2f..',
  '%ff%2f%2e%2e%2f%ff',
  'a%2f%%32e',
  '%2%65%2e',
  'a\\b',
  '\\',
  'a\u0000b',
  'a\u001fb',
  'a\u007fb',
  'a\u0085b',
  'a\nb',
  'a\ud800b',
])('%j is refused', (path) => {
  expect(refusalOf(path)).toMatchObject({
    slug: 'invalid-path',
    extra: { errors: [{ pointer: '/path' }] },
  })
})

test('a path may have as many bytes as the limit, without its leading slash, and no more', () => {
  expect(rules.readSocketPath(`/${'é'.repeat(512)}`, LIMIT)).toHaveLength(512)
  expect(refusalOf(`${'é'.repeat(512)}a`)).toMatchObject({ slug: 'invalid-path' })
})

test('a path of nested percent signs is judged to its innermost decoding', () => {
  expect(refusalOf(`%${'25'.repeat(400)}2e`)).toMatchObject({ slug: 'invalid-path' })
  expect(refusalOf(`%${'25'.repeat(400)}2f`)).toEqual({})
})
