import type { Webhook } from '@channel-protocol/reference-server/application'
import { beforeEach, expect, test } from 'vitest'
import { type Feed, type FeedText, makeFeed } from '../../../demos/live/feed.ts'
import type { Exchange } from '../../../demos/live/kinds.ts'
import { type FakeClock, makeFakeClock } from '../../fake-clock.ts'

let clock: FakeClock
let sent: { clientId: string; text: FeedText }[]
let complaints: string[]
let answer: () => Promise<unknown>
let feed: Feed

beforeEach(() => {
  clock = makeFakeClock()
  sent = []
  complaints = []
  answer = async () => {}
  feed = makeFeed({
    send: (clientId, text) => {
      sent.push({ clientId, text: JSON.parse(text) as FeedText })
      return answer()
    },
    describeBench: () => ({ phase: 'idle' }),
    clock,
    complain: (message) => complaints.push(message),
  })
})

const exchange = (who: string): Exchange => ({ kind: 'post', atMs: clock.nowMs(), who })
const viewer = (event: 'connected' | 'disconnected', version: number): Webhook => ({
  event,
  clientId: 'live-a',
  connectionId: 'c',
  webhookId: `${version}`,
  epoch: 1,
  version,
  reason: 'closed',
})

test('a newcomer is sent what happened last, and the state of the bench', async () => {
  for (let n = 0; n < 60; n += 1) feed.emit(exchange(`u${n}`))
  feed.take(viewer('connected', 1))
  await clock.advance(100)
  expect(sent).toHaveLength(1)
  expect(sent[0]?.text.exchanges).toHaveLength(40)
  expect(sent[0]?.text.exchanges?.at(-1)?.who).toBe('u59')
  expect(sent[0]?.text.bench).toEqual({ phase: 'idle' })
})

test('what happens within 100 ms is one text', async () => {
  feed.take(viewer('connected', 1))
  await clock.advance(0)
  feed.emit(exchange('a'))
  feed.emit(exchange('b'))
  await clock.advance(100)
  expect(sent.slice(1).map(({ text }) => text.exchanges?.map(({ who }) => who))).toEqual([
    ['a', 'b'],
  ])
})

test('of too many exchanges the oldest are left out, and counted', async () => {
  feed.take(viewer('connected', 1))
  await clock.advance(0)
  for (let n = 0; n < 100; n += 1) feed.emit(exchange(`u${n}`))
  await clock.advance(100)
  expect(sent[1]?.text.exchanges).toHaveLength(80)
  expect(sent[1]?.text.skipped).toBe(20)
})

test('what a viewer that comes back is sent again has the numbers that it had', async () => {
  feed.take(viewer('connected', 1))
  feed.emit(exchange('a'))
  await clock.advance(100)
  feed.take(viewer('disconnected', 2))
  feed.take(viewer('connected', 3))
  await clock.advance(100)
  const numbers = sent.slice(1).map(({ text }) => text.exchanges?.map(({ n }) => n))
  expect(numbers).toHaveLength(2)
  expect(numbers[1]).toEqual(numbers[0])
})

test('where nobody looks nothing is sent', async () => {
  feed.emit(exchange('a'))
  feed.take(viewer('connected', 1))
  await clock.advance(100)
  feed.take(viewer('disconnected', 2))
  feed.emit(exchange('b'))
  feed.tellBench()
  await clock.advance(1000)
  expect(sent).toHaveLength(1)
})

test('while the service is slow the feed waits, and says what it left out', async () => {
  let release = (): void => {}
  answer = () => new Promise<void>((resolve) => (release = resolve))
  feed.take(viewer('connected', 1))
  await clock.advance(0)
  for (let n = 0; n < 90; n += 1) feed.emit(exchange(`u${n}`))
  await clock.advance(1000)
  expect(sent).toHaveLength(1)
  release()
  await clock.advance(100)
  expect(sent).toHaveLength(2)
  expect(sent[1]?.text.skipped).toBe(10)
})

test('a viewer that cannot be told is complained about, and the feed goes on', async () => {
  answer = () => Promise.reject(new Error('gone'))
  feed.take(viewer('connected', 1))
  await clock.advance(100)
  feed.emit(exchange('a'))
  await clock.advance(100)
  expect(sent).toHaveLength(2)
  expect(complaints).toEqual(['the live view could not be told', 'the live view could not be told'])
})
