import { expect, test } from 'vitest'
import { isInShare, readShare, WHOLE } from '../../src/self-test/share.ts'

const pairs = Array.from({ length: 500 }, (_, n): [string, string] => [
  `fault-${n % 25}`,
  `check-${n}`,
])
const sharesOf = (of: number) => Array.from({ length: of }, (_, n) => ({ part: n + 1, of }))

test('every pair is in exactly one share, and no share is empty', () => {
  for (const [fault, check] of pairs)
    expect(sharesOf(5).filter((share) => isInShare(share, fault, check))).toHaveLength(1)
  for (const share of sharesOf(5))
    expect(pairs.filter(([fault, check]) => isInShare(share, fault, check)).length).toBeGreaterThan(
      50,
    )
})

test('the whole has every pair', () => {
  expect(pairs.every(([fault, check]) => isInShare(WHOLE, fault, check))).toBe(true)
})

test('a share is read from part/of alone', () => {
  expect(readShare('2/5')).toEqual({ part: 2, of: 5 })
  for (const text of ['0/5', '6/5', '2', '2/', 'a/b', '-1/5', '1/0', ''])
    expect(readShare(text)).toBeUndefined()
})
