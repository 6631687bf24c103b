import { beforeEach, expect, test } from 'vitest'
import { makePosting } from '../../src/brokers/redis/posting.ts'
import type { Script } from '../../src/brokers/redis/script.ts'
import type { Steps } from '../../src/brokers/redis/steps.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'

/** Keys and arguments of each step. */
let steps: { keys: readonly string[]; args: readonly (string | number)[] }[]
let failure: Error | undefined
/** What the store does before it answers. */
let busy: Promise<void> | undefined
let posting: ReturnType<typeof makePosting>

beforeEach(() => {
  steps = []
  failure = undefined
  busy = undefined
  const write = async (
    _script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> => {
    steps.push({ keys, args })
    const own = failure
    await busy
    if (own) throw own
    return JSON.stringify(textsOf(args).map((_, at) => [7, at + 1, 0, 1, 1, 0]))
  }
  const names = { client: (id: string) => `of ${id}`, post: (scope: string) => `post ${scope}` }
  posting = makePosting(
    { write, names: () => names } as unknown as Steps,
    makeBrokerParts(makeFakeClock(), { holds: true }),
  )
})

/** The data of one step. */
const textsOf = (args: readonly (string | number)[]): unknown[] => JSON.parse(String(args[1]))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('messages that are accepted in one turn are one step, and each has its own answer', async () => {
  const accepted = await Promise.all(['ann', 'ben'].map((id) => posting.accept(id, `for ${id}`)))
  expect(steps.map(({ keys, args }) => [keys, args.slice(1)])).toEqual([
    [['of ann', 'of ben'], ['["for ann","for ben"]']],
  ])
  expect(accepted).toEqual(
    [1, 2].map((seq) => ({ epoch: 7, seq, version: 0, stored: true, carried: 1 })),
  )
})

test('a message of the next turn is a step of its own', async () => {
  await posting.accept('ann', 'a')
  await posting.accept('ann', 'b')
  expect(steps.map(({ args }) => textsOf(args).length)).toEqual([1, 1])
})

test('messages that come while the store is busy with others are one step when it has answered', async () => {
  let answer = (): void => {}
  busy = new Promise<void>((resolve) => {
    answer = resolve
  })
  const first = posting.accept('ann', 'a')
  await turn()
  const later = [posting.accept('ben', 'b')]
  await turn()
  later.push(posting.accept('cid', 'c'))
  await turn()
  expect(steps.map(({ args }) => textsOf(args).length)).toEqual([1])
  answer()
  await Promise.all([first, ...later])
  expect(steps.map(({ args }) => textsOf(args).length)).toEqual([1, 2])
})

test('messages wait for the next answer only, however many steps are on their way', async () => {
  const answers: (() => void)[] = []
  const begin = (): Promise<unknown> => {
    busy = new Promise<void>((resolve) => answers.push(resolve))
    return Promise.all(Array.from({ length: 100 }, () => posting.accept('ann', 'x')))
  }
  const full = [begin(), begin()]
  const later = posting.accept('ben', 'b')
  await turn()
  answers[0]?.()
  await full[0]
  expect(steps.map(({ args }) => textsOf(args).length)).toEqual([100, 100, 1])
  answers[1]?.()
  await Promise.all([...full, later])
})

test('messages that came while a step failed are taken by the next', async () => {
  let answer = (): void => {}
  busy = new Promise<void>((resolve) => {
    answer = resolve
  })
  failure = new Error('out of reach')
  const first = posting.accept('ann', 'a')
  await turn()
  const [cause, later] = [failure, posting.accept('ben', 'b')]
  failure = undefined
  answer()
  await expect(first).rejects.toBe(cause)
  expect(await later).toMatchObject({ seq: 1 })
})

test('parts of a post with a key are a step apart, which names the post', async () => {
  const act = { scope: '/v1/batches k', digest: 'd' }
  await Promise.all([
    posting.accept('ann', 'a', { ...act, item: 0 }),
    posting.accept('ben', 'b'),
    posting.accept('cid', 'c', { ...act, item: 1 }),
  ])
  expect(steps.map(({ keys, args }) => [keys, args.slice(1)])).toEqual([
    [
      ['of ann', 'of cid', 'post /v1/batches k'],
      ['["a","c"]', '["i0","i1"]'],
    ],
    [['of ben'], ['["b"]']],
  ])
})

test('a step takes a hundred messages, and the rest are the next', async () => {
  await Promise.all(Array.from({ length: 201 }, () => posting.accept('ann', 'x')))
  expect(steps.map(({ args }) => textsOf(args).length)).toEqual([100, 100, 1])
})

test('a step that fails is the failure of each of its messages', async () => {
  failure = new Error('out of reach')
  const settled = await Promise.allSettled(['ann', 'ben'].map((id) => posting.accept(id, 'x')))
  expect(settled).toEqual(settled.map(() => ({ status: 'rejected', reason: failure })))
  expect(settled).toHaveLength(2)
})

test('more messages than may wait are refused, and taken again when the others were answered', async () => {
  const waiting = Array.from({ length: 20_000 }, () => posting.accept('ann', 'x'))
  await expect(posting.accept('ann', 'x')).rejects.toMatchObject({ slug: 'unavailable' })
  await Promise.all(waiting)
  expect(await posting.accept('ann', 'x')).toMatchObject({ seq: 1 })
})
