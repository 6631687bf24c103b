/** Facts of every broker about posts with a key. */
import { expect } from 'vitest'
import type { Answer } from '../../src/rules/problem.ts'
import { readSettings } from '../../src/settings.ts'
import type { Fact } from './engine.ts'

const { timings } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
const WINDOW_MS = timings.idempotency_window_seconds * 1000

export const POST = { scope: '/v1/messages key', digest: 'body' }

export const ANSWER: Answer = {
  status: 200,
  headers: { 'x-header': 'value' },
  mediaType: 'application/json',
  body: { id: 'msg_1', results: [{ text: '💬\0' }], connections: 0 },
}

/** What holds for posts with a key. */
export const postFacts: readonly Fact[] = [
  {
    name: 'the first post with a key claims it, and the next learns of it until it is released',
    check: async (engine) => {
      const broker = await engine.open()
      const nothing = { first: undefined, results: 0, oldestAtMs: undefined }
      expect(await broker.claim(POST)).toEqual(nothing)
      const twin = await broker.claim({ ...POST, digest: 'other' })
      expect(twin).toMatchObject({ first: { digest: 'body' }, results: 1 })
      expect(twin.first?.answer).toBeUndefined()
      await broker.release(POST)
      expect(await broker.claim({ ...POST, digest: 'other' })).toEqual(nothing)
    },
  },
  {
    name: 'another scope is another post',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.claim(POST)
      expect(await broker.claim({ ...POST, scope: '/v1/messages Key' })).toMatchObject({
        first: undefined,
        results: 1,
      })
    },
  },
  {
    name: 'an answer is kept as it was, from when it was given, and releasing it leaves it alone',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.claim(POST)
      await engine.clock.advance(1000)
      await broker.keepAnswer(POST, ANSWER, 3)
      await broker.release(POST)
      const oldestAtMs = engine.clock.nowMs()
      await engine.clock.advance(WINDOW_MS - 1)
      expect(await broker.claim({ ...POST, digest: 'other' })).toEqual({
        first: { digest: 'body', answer: ANSWER, answeredAtMs: oldestAtMs },
        results: 3,
        oldestAtMs,
      })
      await engine.clock.advance(1)
      expect(await broker.claim(POST)).toMatchObject({ first: undefined, results: 0 })
    },
  },
  {
    name: 'results are those of the answers that are kept and one for each post that runs beside',
    check: async (engine) => {
      const broker = await engine.open()
      for (const scope of ['a', 'b']) await broker.claim({ ...POST, scope })
      await broker.keepAnswer({ ...POST, scope: 'b' }, ANSWER, 5)
      await engine.clock.advance(WINDOW_MS / 2)
      await broker.claim({ ...POST, scope: 'c' })
      await broker.keepAnswer({ ...POST, scope: 'c' }, ANSWER, 7)
      expect(await broker.claim({ ...POST, scope: 'd' })).toMatchObject({ results: 13 })
      await engine.clock.advance(WINDOW_MS / 2)
      const { results, oldestAtMs } = await broker.claim({ ...POST, scope: 'e' })
      expect([results, oldestAtMs]).toEqual([9, engine.clock.nowMs() - WINDOW_MS / 2])
    },
  },
  {
    name: 'parts of one post are accepted each for itself, and a released post is accepted anew',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.claim(POST)
      const acts = [0, 1].map((item) => broker.accept('ann', 'x', { ...POST, item }))
      expect((await Promise.all(acts)).map(({ seq }) => seq)).toEqual([1, 2])
      expect(await broker.acceptBroadcast('x', { ...POST, item: 2 })).toMatchObject({ seq: 1 })
      await broker.release(POST)
      await broker.claim(POST)
      expect(await broker.accept('ann', 'x', { ...POST, item: 0 })).toMatchObject({ seq: 3 })
    },
  },
]
