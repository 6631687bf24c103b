import { expect, test } from 'vitest'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeFakeClock } from '../fake-clock.ts'

const HOUR_MS = 3_600_000

test('counters count up within one epoch', async () => {
  const clock = makeFakeClock()
  const broker = makeMemoryBroker(clock, makeRules(), 5)
  const first = await broker.open('ann')
  expect(first).toMatchObject({ seq: 0, version: 0 })
  expect(await broker.accept('ann')).toEqual({ ...first, seq: 1 })
  expect(await broker.turn('ann', true)).toEqual({ ...first, seq: 1, version: 1 })
  expect(await broker.read('ann')).toEqual({ ...first, seq: 1, version: 1 })
})

test('reading an unknown client id begins nothing, and what it names is below what comes later', async () => {
  const broker = makeMemoryBroker(makeFakeClock(), makeRules(), 5)
  const seen = await broker.read('ann')
  expect(seen).toMatchObject({ seq: 0, version: 0 })
  expect((await broker.open('ann')).epoch).toBeGreaterThan(seen.epoch)
})

test('counters without use are forgotten once nobody is online, and a larger epoch begins', async () => {
  const clock = makeFakeClock()
  const broker = makeMemoryBroker(clock, makeRules(), 5)
  const online = await broker.turn('online', true)
  const idle = await broker.accept('idle')
  await clock.advance(3 * HOUR_MS)
  expect((await broker.accept('online')).epoch).toBe(online.epoch)
  expect((await broker.accept('idle')).epoch).toBeGreaterThan(idle.epoch)
})

test('broadcasts have one epoch that no client id has, and a seq of their own', async () => {
  const broker = makeMemoryBroker(makeFakeClock(), makeRules(), 5)
  const ann = await broker.accept('ann')
  const first = await broker.openBroadcasts()
  expect(first).toEqual({ epoch: expect.any(Number), seq: 0 })
  expect(first.epoch).toBeGreaterThan(ann.epoch)
  expect(await broker.acceptBroadcast()).toEqual({ ...first, seq: 1 })
  expect(await broker.openBroadcasts()).toEqual({ ...first, seq: 1 })
  expect(await broker.accept('ann')).toMatchObject({ seq: 2, epoch: ann.epoch })
})
