import { expect, test } from 'vitest'
import { makeGenerations } from '../../src/brokers/memory-generations.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeFakeClock } from '../fake-clock.ts'

const { decideEpoch } = makeRules()
const DAY_MS = 86_400_000

function setUp(most?: number) {
  const clock = makeFakeClock()
  const floor = 5
  const parts = { clock, decideEpoch, floor, ...(most === undefined ? {} : { most }) }
  return { clock, floor, generations: makeGenerations(parts) }
}

test('who was never revoked has the generation of the run', () => {
  const { floor, generations } = setUp()
  generations.begin('ann')
  expect(generations.of('bob')).toBe(floor)
})

test('every revocation is above all before it, of whomever, also while the clock stands', () => {
  const { floor, generations } = setUp()
  const begun = ['ann', 'ann', 'bob', 'ann'].map((clientId) => generations.begin(clientId))
  expect(begun).toEqual([...new Set([floor, ...begun])].sort((a, b) => a - b).slice(1))
  expect(generations.of('ann')).toBe(begun[3])
  expect(generations.of('bob')).toBe(begun[2])
})

test('a revocation is remembered for the longest life of a token', async () => {
  const { clock, floor, generations } = setUp()
  const generation = generations.begin('ann')
  await clock.advance(DAY_MS)
  generations.begin('bob')
  expect(generations.of('ann')).toBe(generation)
  await clock.advance(1)
  generations.begin('bob')
  expect(generations.of('ann')).toBe(floor)
})

test('a second revocation is remembered from its own instant', async () => {
  const { clock, generations } = setUp()
  generations.begin('ann')
  await clock.advance(DAY_MS)
  const again = generations.begin('ann')
  await clock.advance(DAY_MS)
  generations.begin('bob')
  expect(generations.of('ann')).toBe(again)
})

test('one revocation too many makes every generation so far an earlier one, of whomever', () => {
  const { generations } = setUp(2)
  const kept = [generations.begin('ann'), generations.begin('bob'), generations.begin('ann')]
  expect(generations.of('bob')).toBe(kept[1])
  const floor = generations.begin('cem')
  expect(floor).toBeGreaterThan(Math.max(...kept))
  expect(['ann', 'bob', 'cem', 'dan'].map((clientId) => generations.of(clientId))).toEqual(
    Array(4).fill(floor),
  )
})
