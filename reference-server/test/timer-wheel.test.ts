import { beforeEach, expect, test } from 'vitest'
import { makeTimerWheel } from '../src/timer-wheel.ts'
import { type FakeClock, makeFakeClock } from './fake-clock.ts'

let clock: FakeClock
let after: FakeClock['after']
let ended: string[]

beforeEach(() => {
  clock = makeFakeClock(1_800_000_000_017)
  after = makeTimerWheel(clock)
  ended = []
})

const note = (name: string) => (): void => {
  ended.push(name)
}

test('a long wait ends no earlier than asked for, and at most two ticks later', async () => {
  for (const ms of [1000, 1001, 1049, 1050, 60_000]) {
    const startMs = clock.nowMs()
    let endedMs = 0
    after(ms, () => {
      endedMs = clock.nowMs()
    })
    await clock.advance(ms - 1)
    expect(endedMs).toBe(0)
    await clock.advance(101)
    expect(endedMs - startMs).toBeGreaterThanOrEqual(ms)
  }
})

test('a thousand long waits share one timer', () => {
  for (let k = 0; k < 1000; k += 1) after(10_000 + k * 7, note('x'))
  expect(clock.waiting()).toBe(1)
})

test('a short wait ends exactly when asked for', async () => {
  after(999, note('short'))
  await clock.advance(998)
  expect(ended).toEqual([])
  await clock.advance(1)
  expect(ended).toEqual(['short'])
})

test('waits end in the order of their ends', async () => {
  after(3000, note('third'))
  after(1000, note('first'))
  after(2000, note('second'))
  await clock.advance(4000)
  expect(ended).toEqual(['first', 'second', 'third'])
})

test('a cancelled wait does nothing, whether it was first, last or alone in its tick', async () => {
  const cancelFirst = after(1000, note('first'))
  after(1000, note('middle'))
  const cancelLast = after(1000, note('last'))
  const cancelAlone = after(5000, note('alone'))
  cancelFirst()
  cancelLast()
  cancelAlone()
  cancelFirst()
  await clock.advance(6000)
  expect(ended).toEqual(['middle'])
})

test('a wait that another one cancels in the same tick does nothing', async () => {
  const cancels: (() => void)[] = []
  after(1000, () => {
    note('first')()
    for (const cancel of cancels) cancel()
  })
  cancels.push(after(1000, note('second')))
  await clock.advance(2000)
  expect(ended).toEqual(['first'])
})

test('a cancel that comes after the end changes nothing', async () => {
  const cancel = after(1000, note('one'))
  await clock.advance(1100)
  cancel()
  after(1000, note('two'))
  await clock.advance(1100)
  expect(ended).toEqual(['one', 'two'])
})

test('a wait that begins when another ends is waited for', async () => {
  after(1000, () => after(1000, note('second')))
  await clock.advance(2200)
  expect(ended).toEqual(['second'])
})

test('nothing turns once nothing is waited for', async () => {
  after(1000, note('one'))
  await clock.advance(1100)
  expect(clock.waiting()).toBe(0)
})

test('waits that came due while the process stood still end with the next turn', async () => {
  after(1000, note('one'))
  after(9000, note('two'))
  await clock.advance(60_000)
  expect(ended).toEqual(['one', 'two'])
})
