import { expect, test } from 'vitest'
import type { Refusal } from '../../src/refusal.ts'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

function slugOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (cause) {
    return (cause as Refusal).slug
  }
}

test('a list is taken whatever its items are, up to the largest number of them', () => {
  expect(rules.readBatch([], 3)).toEqual([])
  expect(rules.readBatch([1, null, {}], 3)).toEqual([1, null, {}])
  expect(slugOf(() => rules.readBatch([1, null, {}, []], 3))).toBe('payload-too-large')
})

test.each([undefined, null, 7, 'ab', { 0: {}, length: 1 }])(
  'messages as %j are refused',
  (value) => {
    expect(slugOf(() => rules.readBatch(value, 3))).toBe('malformed-request')
  },
)

test.each([null, [], ['client_id'], 'text', 7, true])('an item as %j is malformed', (item) => {
  expect(slugOf(() => rules.readBatchItem(item))).toBe('malformed-request')
})

test('pointers begin with the place of the message', () => {
  const problem = {
    status: 400,
    code: 'invalid-data' as const,
    type: 'https://channel-protocol.org/problems/invalid-data',
    title: 'wrong',
  }
  const errors = ['/data', ''].map((pointer) => ({ pointer, detail: 'wrong' }))
  expect(rules.makeBatchProblem(problem, 3)).toEqual(problem)
  expect(rules.makeBatchProblem({ ...problem, errors }, 3)).toEqual({
    ...problem,
    errors: ['/messages/3/data', '/messages/3'].map((pointer) => ({ pointer, detail: 'wrong' })),
  })
})

test('items are accepted in the order of the request', () => {
  expect(rules.decideBatchOrder(['a', 'b', 'c'])).toEqual([0, 1, 2])
})
