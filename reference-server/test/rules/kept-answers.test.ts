import { beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import { Refusal } from '../../src/refusal.ts'
import { type KeptAnswers, makeKeptAnswers } from '../../src/rules/kept-answers.ts'
import type { Answer } from '../../src/rules/problem.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'
import { silentLog } from '../start-service.ts'

const WINDOW_MS = 60_000

let clock: FakeClock
let kept: KeptAnswers
let broker: Broker
let carriedOut: number

beforeEach(() => {
  clock = makeFakeClock()
  carriedOut = 0
  const timings = { idempotency_window_seconds: WINDOW_MS / 1000, resume_window_seconds: 1 }
  const rules = makeRules()
  broker = makeMemoryBroker(makeBrokerParts(clock, { rules, timings }))
  kept = makeKeptAnswers({
    rules,
    ports: { broker, clock, log: silentLog, metrics: makeMetrics(false) },
    timings,
    limits: { idempotency_results: 4 },
  })
})

function answerWith(status: number, body: object = {}): Answer {
  return { status, headers: {}, mediaType: 'application/json', body }
}

const refuse = ({ slug, extra }: Refusal): Answer =>
  answerWith(slug === 'over-capacity' ? 503 : 500, extra)

/** Posts `body` under `scope`, as often as it is carried out with another number in the answer. */
function post(
  scope: string,
  body = 'body',
  make: (number: number) => Answer | Promise<Answer> = (number) => answerWith(200, { number }),
): Promise<Answer> {
  return kept.answer(
    { scope, digest: body },
    {
      refuse,
      carryOut: async () => {
        carriedOut += 1
        return make(carriedOut)
      },
    },
  )
}

function refusedWith(promise: Promise<Answer>): Promise<string> {
  return promise.then(
    ({ status }) => `answered with ${status}`,
    (cause: unknown) => (cause instanceof Refusal ? cause.slug : 'a defect'),
  )
}

test('the same post is carried out once and answered the same each time', async () => {
  const first = await post('a')
  expect(await post('a')).toEqual(first)
  expect(await post('a')).toEqual(first)
  expect(carriedOut).toBe(1)
})

test('another key is another post', async () => {
  await post('a')
  await post('b')
  expect(carriedOut).toBe(2)
})

test('another body is refused and changes nothing for the first', async () => {
  const first = await post('a', 'one')
  expect(await refusedWith(post('a', 'two'))).toBe('idempotency-key-reused')
  expect(await post('a', 'one')).toEqual(first)
  expect(carriedOut).toBe(1)
})

test('while a post runs, the same is refused as running and another body as reused', async () => {
  const running = Promise.withResolvers<Answer>()
  const first = post('a', 'one', () => running.promise)
  const twin = await post('a', 'one').catch((cause: Refusal) => cause)
  expect(twin).toMatchObject({ slug: 'idempotency-in-progress', extra: { retryAfterSeconds: 1 } })
  expect(await refusedWith(post('a', 'two'))).toBe('idempotency-key-reused')
  running.resolve(answerWith(200, { done: true }))
  const answered = await first
  expect(await post('a', 'one')).toEqual(answered)
  expect(carriedOut).toBe(1)
})

test('a refusal is kept; an answer of 429 or from 500 on is not, nor is its body', async () => {
  await post('refused', 'one', () => answerWith(400))
  expect(await post('refused', 'one')).toMatchObject({ status: 400 })
  for (const status of [429, 500, 503]) {
    await post(`${status}`, 'one', () => answerWith(status))
    expect(await post(`${status}`, 'two')).toMatchObject({ status: 200 })
  }
  expect(carriedOut).toBe(7)
})

test('a post that met a defect is carried out again', async () => {
  const defect = post('a', 'body', () => Promise.reject(new Error('a defect')))
  expect(await refusedWith(defect)).toBe('a defect')
  expect(await post('a')).toMatchObject({ status: 200 })
})

test('an answer is kept for the window from when it was given, however often it is asked for', async () => {
  const running = Promise.withResolvers<Answer>()
  const slow = post('a', 'body', () => running.promise)
  await clock.advance(WINDOW_MS)
  running.resolve(answerWith(200, { slow: true }))
  await slow
  await clock.advance(WINDOW_MS - 1)
  expect(await post('a')).toMatchObject({ body: { slow: true } })
  await clock.advance(1)
  expect(await post('a')).toMatchObject({ body: { number: 2 } })
})

test('beyond the bound a new key is refused until something is forgotten, and known ones answer', async () => {
  const many = await post('many', 'body', () => answerWith(200, { results: [1, 2, 3] }))
  await clock.advance(WINDOW_MS / 2)
  await post('one')
  const before = carriedOut
  expect(await post('new')).toMatchObject({ status: 503, body: { retryAfterSeconds: 30 } })
  expect(carriedOut).toBe(before)
  expect(await post('many')).toEqual(many)
  expect(await post('one')).toMatchObject({ status: 200 })
  expect(await refusedWith(post('one', 'other'))).toBe('idempotency-key-reused')
  await clock.advance(WINDOW_MS / 2)
  expect(await post('new')).toMatchObject({ status: 200 })
})

test('a post that runs takes the room of one result, and an answer without results too', async () => {
  const running = Promise.withResolvers<Answer>()
  const empty = answerWith(200, { results: [] })
  const posts = ['a', 'b', 'c', 'd'].map((scope) => post(scope, 'body', () => running.promise))
  expect(await post('new')).toMatchObject({ status: 503 })
  running.resolve(empty)
  await Promise.all(posts)
  expect(await post('new')).toMatchObject({ status: 503 })
})

test('a post whose answer cannot be kept is answered all the same, and one that was not claimed is refused', async () => {
  const away = async (): Promise<never> => {
    throw new Refusal('unavailable')
  }
  Object.assign(broker, { keepAnswer: away })
  expect(await post('a')).toMatchObject({ status: 200 })
  Object.assign(broker, { claim: away })
  expect(await refusedWith(post('b'))).toBe('unavailable')
  expect(carriedOut).toBe(1)
})
