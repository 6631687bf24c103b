import { beforeEach, expect, test } from 'vitest'
import { makeStream, makeWindow, type Stream, type Window } from '../../src/brokers/window.ts'
import type { GaugeName, Metrics } from '../../src/ports.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'

let clock: FakeClock
let window: Window
let gauges: Map<GaugeName, () => number>

const ANN = (): Stream => makeStream()

beforeEach(() => start({}))

function start(limits: Partial<Parameters<typeof makeWindow>[0]['limits']>): void {
  clock = makeFakeClock()
  gauges = new Map()
  const metrics: Metrics = { count: () => {}, gauge: (name, read) => gauges.set(name, read) }
  window = makeWindow({
    rules: makeRules(),
    clock,
    metrics,
    timings: { resume_window_seconds: 10 },
    limits: { resume_messages: 3, resume_bytes: 10, resume_total_bytes: 15, ...limits },
  })
}

/** Numbers that are held later than a place; nothing where it cannot be continued. */
const heldAfter = (stream: Stream, after: number, newest: number): number[] | undefined =>
  window.replay(stream, after, newest)?.map(({ seq }) => seq)

function fill(stream: Stream, texts: readonly string[], from = 1): boolean[] {
  return texts.map((text, at) => window.hold(stream, from + at, text))
}

test('what is later than a place is answered in order with its data', () => {
  const ann = ANN()
  fill(ann, ['a', 'b', 'c'])
  expect(window.replay(ann, 1, 3)).toEqual([
    { seq: 2, data: 'b' },
    { seq: 3, data: 'c' },
  ])
})

test('the newest place can be continued with nothing, one ahead of it cannot', () => {
  const ann = ANN()
  expect(heldAfter(ann, 0, 0)).toEqual([])
  fill(ann, ['a'])
  expect(heldAfter(ann, 1, 1)).toEqual([])
  expect(heldAfter(ann, 2, 1)).toBeUndefined()
  expect(heldAfter(ann, -1, 1)).toBeUndefined()
})

test('as many messages are held as the limit says, and the oldest goes for the next', () => {
  const ann = ANN()
  expect(fill(ann, ['a', 'b', 'c'])).toEqual([true, true, true])
  expect(heldAfter(ann, 0, 3)).toEqual([1, 2, 3])
  fill(ann, ['d'], 4)
  expect(heldAfter(ann, 0, 4)).toBeUndefined()
  expect(heldAfter(ann, 1, 4)).toEqual([2, 3, 4])
})

test('as many bytes of UTF-8 are held as the limit says, and the oldest go for one more', () => {
  const ann = ANN()
  fill(ann, ['ääää', 'é'])
  expect(heldAfter(ann, 0, 2)).toEqual([1, 2])
  fill(ann, ['c'], 3)
  expect(heldAfter(ann, 0, 3)).toBeUndefined()
  expect(heldAfter(ann, 1, 3)).toEqual([2, 3])
})

test('a message that is larger than the limit is not held, and nothing before it either', () => {
  const ann = ANN()
  expect(fill(ann, ['a', '12345678901', 'c'])).toEqual([true, false, true])
  expect(heldAfter(ann, 1, 3)).toBeUndefined()
  expect(heldAfter(ann, 2, 3)).toEqual([3])
})

test('a message of exactly the limit is held alone', () => {
  const ann = ANN()
  expect(fill(ann, ['a', '1234567890'])).toEqual([true, true])
  expect(heldAfter(ann, 0, 2)).toBeUndefined()
  expect(heldAfter(ann, 1, 2)).toEqual([2])
})

test('over all streams the oldest goes first when the total is exceeded, and not before', () => {
  const [ann, ben, cat] = [ANN(), ANN(), ANN()]
  fill(ann, ['11111'])
  fill(ben, ['22222'])
  fill(ann, ['33333'], 2)
  expect(heldAfter(ann, 0, 2)).toEqual([1, 2])
  fill(cat, ['4'])
  expect(heldAfter(ann, 0, 2)).toBeUndefined()
  expect(heldAfter(ann, 1, 2)).toEqual([2])
  expect(heldAfter(ben, 0, 1)).toEqual([1])
  fill(cat, ['55555'], 2)
  expect(heldAfter(ben, 0, 1)).toBeUndefined()
  expect(heldAfter(ann, 1, 2)).toEqual([2])
})

test('what the bounds of one stream drop takes nothing away from the others', () => {
  const [ann, ben] = [ANN(), ANN()]
  fill(ann, ['1234567'])
  expect(fill(ben, ['12345678901'])).toEqual([false])
  expect(heldAfter(ann, 0, 1)).toEqual([1])
})

test('a message that is larger than the total is not held, and nothing of anybody is left', () => {
  start({ resume_bytes: 100 })
  const [ann, ben] = [ANN(), ANN()]
  fill(ann, ['a'])
  expect(fill(ben, ['1234567890123456'])).toEqual([false])
  expect(heldAfter(ann, 0, 1)).toBeUndefined()
  expect(heldAfter(ben, 1, 1)).toEqual([])
})

test('a message is held for exactly the window', async () => {
  const ann = ANN()
  fill(ann, ['a'])
  await clock.advance(1)
  fill(ann, ['b'], 2)
  await clock.advance(9999)
  expect(heldAfter(ann, 0, 2)).toEqual([1, 2])
  await clock.advance(1)
  expect(heldAfter(ann, 0, 2)).toBeUndefined()
  expect(heldAfter(ann, 1, 2)).toEqual([2])
  await clock.advance(1)
  expect(heldAfter(ann, 1, 2)).toBeUndefined()
  expect(heldAfter(ann, 2, 2)).toEqual([])
})

test('what is overdue no longer counts, and a sweep lets it go without anybody asking', async () => {
  const [ann, ben] = [ANN(), ANN()]
  fill(ann, ['12345'])
  fill(ben, ['12345'])
  await clock.advance(5000)
  fill(ben, ['12345'], 2)
  const held = (): (number | undefined)[] => [
    gauges.get('resume_messages_held')?.(),
    gauges.get('resume_bytes_held')?.(),
  ]
  expect(held()).toEqual([3, 15])
  await clock.advance(5001)
  window.sweep()
  expect(held()).toEqual([1, 5])
  fill(ann, ['1234567890'], 2)
  expect(heldAfter(ben, 1, 2)).toEqual([2])
})

test('after very many messages the newest are held, whichever stream they were interleaved with', () => {
  start({ resume_messages: 50, resume_bytes: 1000, resume_total_bytes: 100_000 })
  const [ann, ben] = [ANN(), ANN()]
  for (let seq = 1; seq <= 10_000; seq += 1) {
    window.hold(ann, seq, 'a')
    if (seq % 7 === 0) window.hold(ben, seq / 7, 'b')
  }
  expect(heldAfter(ann, 9950, 10_000)).toEqual(Array.from({ length: 50 }, (_, at) => 9951 + at))
  expect(heldAfter(ann, 9949, 10_000)).toBeUndefined()
  expect(heldAfter(ben, 1378, 1428)?.length).toBe(50)
  expect(ann.entries.length).toBeLessThan(200)
  expect(gauges.get('resume_messages_held')?.()).toBe(100)
})
