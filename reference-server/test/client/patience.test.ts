import { expect, it } from 'vitest'
import { makePatience } from '../../client/patience.ts'

it('keeps back the second 401 for a second, and each further one twice as long, up to 30 seconds', () => {
  const patience = makePatience()
  const delays = Array.from({ length: 8 }, () => patience.takeDelayMs())
  expect(delays).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

it('tells the first 401 after an open at once', () => {
  const patience = makePatience()
  patience.takeDelayMs()
  patience.takeDelayMs()
  patience.reset()
  expect(patience.takeDelayMs()).toBe(0)
})
