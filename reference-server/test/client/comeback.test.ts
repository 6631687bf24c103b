import { describe, expect, it } from 'vitest'
import { type Comeback, makeComeback } from '../../client/comeback.ts'

let now = 0
let random = 0

function make(isRefreshable = true): Comeback {
  now = 1_000_000
  random = 0
  return makeComeback({ nowMs: () => now, fraction: () => random }, isRefreshable)
}

describe('what follows an end', () => {
  it('backs off between one second and a bound that doubles from 2 to 30 seconds', () => {
    for (const [fraction, waits] of [
      [0, [1000, 1000, 1000, 1000, 1000, 1000]],
      [1, [2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ] as const) {
      const comeback = make()
      random = fraction
      expect(waits.map(() => comeback.decide({ code: 1006 })?.delayMs)).toEqual(waits)
    }
  })

  it('begins again with the shortest bound after 30 seconds welcomed, and not before', () => {
    const comeback = make()
    random = 1
    comeback.decide({ code: 1006 })
    expect(comeback.decide({ code: 1006, welcomedMs: 29_999 })?.delayMs).toBe(4000)
    expect(comeback.decide({ code: 4101, welcomedMs: 30_000 })?.delayMs).toBe(2000)
  })

  it('comes back within a second after 42xx, or that much after what was asked for', () => {
    const comeback = make()
    expect(comeback.decide({ code: 4200 })?.delayMs).toBe(0)
    expect(comeback.decide({ code: 4299, welcomedMs: 5, afterMs: 3200 })?.delayMs).toBe(3200)
    random = 0.999
    expect(comeback.decide({ code: 4200 })?.delayMs).toBe(999)
  })

  it('comes back no sooner than was asked for after any other end', () => {
    const comeback = make()
    expect(comeback.decide({ code: 1006, welcomedMs: 5, afterMs: 3200 })?.delayMs).toBe(3200)
    expect(comeback.decide({ code: 4300, welcomedMs: 5, afterMs: 3200 })?.delayMs).toBe(3200)
    random = 1
    expect(comeback.decide({ code: 1006, welcomedMs: 5, afterMs: 3200 })?.delayMs).toBe(4000)
  })

  it('asks for a fresh token once within a second after 43xx, and then backs off', () => {
    const comeback = make()
    random = 0.5
    expect(comeback.decide({ code: 4300, welcomedMs: 10 })).toEqual({ delayMs: 500, isFresh: true })
    expect(comeback.decide({ code: 4301 })).toEqual({ delayMs: 1500, isFresh: true })
    expect(comeback.decide({ code: 4377 })).toEqual({ delayMs: 2500, isFresh: true })
    expect(comeback.decide({ code: 4300, welcomedMs: 10 })).toEqual({ delayMs: 500, isFresh: true })
    expect(comeback.decide({ code: 1006, welcomedMs: 10 })?.isFresh).toBe(false)
  })

  it('stops at 43xx where there is one token alone', () => {
    expect(make(false).decide({ code: 4300, welcomedMs: 10 })).toBeUndefined()
  })

  it('stops at 4009', () => {
    expect(make().decide({ code: 4009, welcomedMs: 10 })).toBeUndefined()
  })

  it('backs off once after 4009 where it abandoned an attempt less than 60 seconds ago', () => {
    const comeback = make()
    comeback.noteAbandoned(now)
    now += 59_999
    expect(comeback.decide({ code: 4009, welcomedMs: 10 })?.delayMs).toBe(1000)
    expect(comeback.decide({ code: 4009, welcomedMs: 10 })).toBeUndefined()
  })

  it('stops at 4009 where the abandoned attempt is 60 seconds old', () => {
    const comeback = make()
    comeback.noteAbandoned(now)
    now += 60_000
    expect(comeback.decide({ code: 4009, welcomedMs: 10 })).toBeUndefined()
  })

  it('stops at 4009 of an attempt without a welcome', () => {
    const comeback = make()
    comeback.noteAbandoned(now)
    expect(comeback.decide({ code: 4009 })).toBeUndefined()
  })
})
