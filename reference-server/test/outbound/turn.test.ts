import { setImmediate as turnEnd } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeTurn, Run } from '../../src/outbound/turn.ts'

const frames = ['one', 'two', 'three'].map((text) => Buffer.from(text))
const [one, two, three] = frames as [Buffer, Buffer, Buffer]

test('a run joins its frames in order', () => {
  const run = new Run(one).with(two).with(three)
  expect(run.join().toString()).toBe('onetwothree')
  expect(run.length).toBe(11)
})

test('connections that are sent the same frames share the joined bytes', () => {
  const turn = makeTurn()
  const left = turn.begin(one).with(two)
  const right = turn.begin(one).with(two)
  expect(left.join()).toBe(right.join())
})

test('a connection that is sent something else has a run of its own', () => {
  const turn = makeTurn()
  const left = turn.begin(one).with(two)
  const right = turn.begin(one).with(three)
  expect(left.join().toString()).toBe('onetwo')
  expect(right.join().toString()).toBe('onethree')
})

test('a run of one frame is that frame', () => {
  expect(makeTurn().begin(one).join()).toBe(one)
})

test('what was added in a turn flushes when it ends, in order', async () => {
  const turn = makeTurn()
  const flushed: string[] = []
  turn.add({ flush: () => flushed.push('a') })
  turn.add({ flush: () => flushed.push('b') })
  expect(flushed).toEqual([])
  await turnEnd()
  expect(flushed).toEqual(['a', 'b'])
})

test('a turn gathers until it ends, also where nothing was written in it', async () => {
  const turn = makeTurn()
  expect(turn.gathers()).toBe(false)
  turn.gather()
  expect(turn.gathers()).toBe(true)
  await turnEnd()
  expect(turn.gathers()).toBe(false)
})

test('what is added while a turn ends flushes with the next', async () => {
  const turn = makeTurn()
  let flushes = 0
  const again = {
    flush: () => {
      flushes += 1
      if (flushes === 1) turn.add(again)
    },
  }
  turn.add(again)
  await turnEnd()
  await turnEnd()
  expect(flushes).toBe(2)
})
