import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeMovableClock } from '../../demos/push-chat/clock.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('what waits is called when its time has come by the system, by moving, or by both', () => {
  const clock = makeMovableClock()
  const called: string[] = []
  clock.after(1000, () => called.push('second'))
  clock.after(500, () => called.push('first'))
  clock.after(5000, () => called.push('third'))
  clock.after(800, () => called.push('ended'))()
  vi.advanceTimersByTime(499)
  expect(called).toEqual([])
  clock.advance(501)
  expect(called).toEqual(['first', 'second'])
  clock.advance(3000)
  vi.advanceTimersByTime(1000)
  expect(called).toEqual(['first', 'second', 'third'])
})

test('what begins to wait while the time is moved waits from the new time on', () => {
  const clock = makeMovableClock()
  const startMs = clock.nowMs()
  let calls = 0
  const repeat = (): void => {
    calls += 1
    clock.after(10_000, repeat)
  }
  clock.after(10_000, repeat)
  clock.advance(600_000)
  expect(calls).toBe(1)
  expect(clock.nowMs() - startMs).toBe(600_000)
  vi.advanceTimersByTime(10_000)
  expect(calls).toBe(2)
})
