import { expect, test } from 'vitest'
import { beginFlush, type Flush } from '../../src/outbound/flush.ts'
import { makeFakeClock } from '../fake-clock.ts'

test('a wait that is resolved waits for nothing more', async () => {
  const clock = makeFakeClock()
  const flushes = new Set<Flush>()
  const flushed = beginFlush(flushes, clock, 500)
  for (const flush of flushes) flush.resolve()
  await flushed
  expect(flushes.size).toBe(0)
  expect(clock.waiting()).toBe(0)
})

test('a wait ends by itself when its time has passed', async () => {
  const clock = makeFakeClock()
  const flushes = new Set<Flush>()
  const flushed = beginFlush(flushes, clock, 500)
  expect([...flushes]).toMatchObject([{ deadlineMs: clock.nowMs() + 500, isHopeless: false }])
  await clock.advance(500)
  await flushed
  expect(flushes.size).toBe(0)
})
