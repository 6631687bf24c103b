import { describe, expect, test } from 'vitest'
import { makeApart } from '../src/apart.ts'
import type { Part } from '../src/check.ts'

interface Item {
  readonly name: string
  readonly alone?: true | readonly Part[]
}

/** Items that are made until they are told to end, and what went on at which time. */
function startScene(
  items: readonly Item[],
  most = Number.POSITIVE_INFINITY,
  still?: Parameters<typeof makeApart>[4],
) {
  const going = new Map<string, () => void>()
  const over = makeApart(
    items,
    most,
    (item) => item,
    ({ name }) => new Promise((resolve) => going.set(name, resolve)),
    still,
  )
  return {
    over,
    going: () => [...going.keys()],
    async end(name: string) {
      going.get(name)?.()
      going.delete(name)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const a: Item = { name: 'a', alone: ['broadcasts'] }
const b: Item = { name: 'b', alone: ['broadcasts'] }
const c: Item = { name: 'c', alone: ['kept-answers'] }
const both: Item = { name: 'both', alone: ['broadcasts', 'kept-answers'] }
const all: Item = { name: 'all', alone: true }

describe('makeApart', () => {
  test('those that have no part in common go on side by side, the others one after the other', async () => {
    const scene = startScene([a, b, c])
    expect(scene.going()).toEqual(['a', 'c'])
    await scene.end('c')
    expect(scene.going()).toEqual(['a'])
    await scene.end('a')
    expect(scene.going()).toEqual(['b'])
    await scene.end('b')
    await scene.over
  })

  test('what takes most parts comes first', async () => {
    const scene = startScene([a, c, both])
    expect(scene.going()).toEqual(['both'])
    await scene.end('both')
    expect(scene.going()).toEqual(['a', 'c'])
  })

  test('nobody overtakes one that waits for the same part', async () => {
    const second: Item = { name: 'second', alone: ['broadcasts', 'sockets'] }
    const third: Item = { name: 'third', alone: ['sockets'] }
    const scene = startScene([both, second, third])
    expect(scene.going()).toEqual(['both'])
    await scene.end('both')
    expect(scene.going()).toEqual(['second'])
  })

  test('what takes all comes at the end, alone', async () => {
    const scene = startScene([all, a, { ...all, name: 'other' }])
    expect(scene.going()).toEqual(['a'])
    await scene.end('a')
    expect(scene.going()).toEqual(['all'])
    await scene.end('all')
    expect(scene.going()).toEqual(['other'])
    await scene.end('other')
    await scene.over
  })

  test('what still goes on keeps its parts, and whoever takes all waits until it is over', async () => {
    const still = Promise.withResolvers<void>()
    const scene = startScene([a, c, all], Number.POSITIVE_INFINITY, {
      parts: ['broadcasts'],
      over: still.promise,
    })
    expect(scene.going()).toEqual(['c'])
    await scene.end('c')
    expect(scene.going()).toEqual([])
    still.resolve()
    await scene.end('nothing')
    expect(scene.going()).toEqual(['a'])
    await scene.end('a')
    expect(scene.going()).toEqual(['all'])
    await scene.end('all')
    await scene.over
  })

  test('no more go on at once than are allowed', () => {
    expect(startScene([a, c], 1).going()).toEqual(['a'])
  })
})
