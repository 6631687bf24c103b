import { describe, expect, test } from 'vitest'
import { generate, generateAt, sequences } from '../../src/fuzz/arbitrary.ts'
import { ACTIONS } from '../../src/fuzz/step.ts'

const arbitrary = sequences(ACTIONS, 12)

describe('sequences', () => {
  test('are the same for the same seed', () => {
    const [one, other] = [1, 2].map(() => generate(arbitrary, { seed: 7, count: 20 }))
    expect(one?.map(({ steps }) => steps)).toEqual(other?.map(({ steps }) => steps))
  })

  test('are others for another seed', () => {
    const [one, other] = [7, 8].map((seed) => generate(arbitrary, { seed, count: 20 }))
    expect(one?.map(({ steps }) => steps)).not.toEqual(other?.map(({ steps }) => steps))
  })

  test('have no more steps than asked for', () => {
    const lengths = generate(arbitrary, { seed: 7, count: 200 }).map(({ steps }) => steps.length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(12)
    expect(Math.max(...lengths)).toBeGreaterThan(6)
  })

  test('are found again by seed and path, simplified ones too', () => {
    const whole = generate(arbitrary, { seed: 7, count: 20 }).find(({ steps }) => steps.length > 4)
    const simpler = [...(whole?.simpler() ?? [])]
    const simplest = simpler.flatMap((one) => [...one.simpler()].slice(0, 2))
    expect(simplest.length).toBeGreaterThan(3)
    for (const { path, steps } of [...simpler, ...simplest])
      expect(generateAt(arbitrary, { seed: 7, path })).toEqual(steps)
  })
})
