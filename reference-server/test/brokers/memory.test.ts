import { expect, test } from 'vitest'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeWindow } from '../../src/brokers/window.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { Broker } from '../../src/ports.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { readSettings } from '../../src/settings.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'

const HOUR_MS = 3_600_000
const ANN = { clientId: 'ann', connectionId: 'one', atMs: 0 }

test('counters count up within one epoch', async () => {
  const clock = makeFakeClock()
  const broker = makeMemoryBroker(clock, makeRules(), 5)
  const first = await broker.open('ann')
  expect(first).toMatchObject({ seq: 0, version: 0 })
  expect(await broker.accept('ann', 'x')).toEqual({ ...first, seq: 1 })
  expect(await broker.arrive(ANN)).toEqual({ ...first, seq: 1, version: 1, came: true })
  expect(await broker.read('ann')).toMatchObject({ ...first, seq: 1, version: 1 })
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
  const online = await broker.arrive({ ...ANN, clientId: 'online' })
  const idle = await broker.accept('idle', 'x')
  await clock.advance(3 * HOUR_MS)
  expect((await broker.accept('online', 'x')).epoch).toBe(online.epoch)
  expect((await broker.accept('idle', 'x')).epoch).toBeGreaterThan(idle.epoch)
})

test('broadcasts have one epoch that no client id has, and a seq of their own', async () => {
  const broker = makeMemoryBroker(makeFakeClock(), makeRules(), 5)
  const ann = await broker.accept('ann', 'x')
  const first = await broker.openBroadcasts()
  expect(first).toEqual({ epoch: expect.any(Number), seq: 0 })
  expect(first.epoch).toBeGreaterThan(ann.epoch)
  expect(await broker.acceptBroadcast('x')).toEqual({ ...first, seq: 1 })
  expect(await broker.openBroadcasts()).toEqual({ ...first, seq: 1 })
  expect(await broker.accept('ann', 'x')).toMatchObject({ seq: 2, epoch: ann.epoch })
})

function makeHoldingBroker(clock: FakeClock): Broker {
  const { timings, limits } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  const rules = makeRules()
  const window = makeWindow({ rules, clock, metrics: makeMetrics(false), timings, limits })
  return makeMemoryBroker(clock, rules, 5, window)
}

test('what was accepted can be continued from every place of its own epoch', async () => {
  const broker = makeHoldingBroker(makeFakeClock())
  const { epoch, stored } = await broker.accept('ann', 'a')
  await broker.accept('ben', 'b')
  const cast = await broker.acceptBroadcast('c')
  expect([stored, cast.stored]).toEqual([true, true])
  expect(await broker.replay('ann', { epoch, seq: 0 })).toEqual([{ seq: 1, data: 'a' }])
  expect(await broker.replay('ann', { epoch: epoch + 1, seq: 0 })).toBeUndefined()
  expect(await broker.replay('ben', { epoch, seq: 0 })).toBeUndefined()
  expect(await broker.replayBroadcasts({ epoch: cast.epoch, seq: 0 })).toEqual([
    { seq: 1, data: 'c' },
  ])
  expect(await broker.replayBroadcasts({ epoch, seq: 0 })).toBeUndefined()
})

test('a place of an epoch that was forgotten cannot be continued', async () => {
  const clock = makeFakeClock()
  const broker = makeHoldingBroker(clock)
  const { epoch } = await broker.open('ann')
  expect(await broker.replay('ann', { epoch, seq: 0 })).toEqual([])
  await clock.advance(3 * HOUR_MS)
  expect(await broker.replay('ann', { epoch, seq: 0 })).toBeUndefined()
})

test('nothing is held without a window', async () => {
  const broker = makeMemoryBroker(makeFakeClock(), makeRules(), 5)
  const { epoch, stored } = await broker.accept('ann', 'a')
  expect(stored).toBeUndefined()
  expect(await broker.replay('ann', { epoch, seq: 0 })).toBeUndefined()
})

test('a revocation changes the generation of its client id alone', async () => {
  const broker = makeMemoryBroker(makeFakeClock(), makeRules(), 5, undefined, 7)
  expect(await broker.generation('ann')).toBe(7)
  const generation = await broker.revoke('ann')
  expect(generation).toBeGreaterThan(7)
  expect(await broker.generation('ann')).toBe(generation)
  expect(await broker.generation('bob')).toBe(7)
})
