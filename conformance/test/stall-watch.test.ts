import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startStallWatch } from '../src/stall-watch.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('startStallWatch', () => {
  test('a tick that comes late is a stall of that length', () => {
    let now = 0
    const watch = startStallWatch(() => now)
    now = 525
    vi.advanceTimersByTime(25)
    expect(watch.longestSince(0)).toBe(500)
    expect(watch.longestSince(525)).toBe(0)
    watch.stop()
  })

  test('ticks in time are no stall', () => {
    let now = 0
    const watch = startStallWatch(() => now)
    for (now = 25; now <= 250; now += 25) vi.advanceTimersByTime(25)
    now -= 25
    expect(watch.longestSince(0)).toBe(0)
    watch.stop()
  })

  test('a stall that still goes on counts', () => {
    let now = 0
    const watch = startStallWatch(() => now)
    now = 425
    expect(watch.longestSince(0)).toBe(400)
    watch.stop()
  })
})
