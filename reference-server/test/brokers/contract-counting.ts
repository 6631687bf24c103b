/** Facts of every broker about counters, epochs, generations and secrets. */
import { expect } from 'vitest'
import type { Fact } from './engine.ts'

const HOUR_MS = 3_600_000

export const ANN = { clientId: 'ann', connectionId: 'one', atMs: 1000 }

/** What holds for counters. */
export const countingFacts: readonly Fact[] = [
  {
    name: 'counters count up within one epoch',
    check: async (engine) => {
      const broker = await engine.open()
      const first = await broker.open('ann')
      expect(first).toMatchObject({ seq: 0, version: 0 })
      expect(await broker.accept('ann', 'x')).toMatchObject({ ...first, seq: 1 })
      expect(await broker.arrive(ANN)).toMatchObject({ ...first, seq: 1, version: 1 })
      expect(await broker.accept('ann', 'x')).toMatchObject({ ...first, seq: 2, version: 1 })
      expect(await broker.read('ann')).toMatchObject({ ...first, seq: 2, version: 1 })
    },
  },
  {
    name: 'client ids differ in every character',
    check: async (engine) => {
      const broker = await engine.open()
      const ids = ['a', 'A', 'a ', 'á', 'a\u0301', '{a}', 'a*', 'a/b', '💬']
      const epochs = new Set<number>()
      for (const id of ids) epochs.add((await broker.accept(id, 'x')).epoch)
      expect(epochs.size).toBe(ids.length)
      for (const id of ids) expect(await broker.read(id)).toMatchObject({ seq: 1 })
    },
  },
  {
    name: 'every epoch is at least the floor and above the one before',
    check: async (engine) => {
      const epochFloor = (engine.clock.nowMs() + HOUR_MS) * 1000
      const broker = await engine.open({ epochFloor })
      const epochs = [
        (await broker.open('ann')).epoch,
        (await broker.openBroadcasts()).epoch,
        (await broker.read('unknown')).epoch,
        (await broker.arrive({ ...ANN, clientId: 'ben' })).epoch,
        (await broker.accept('cat', 'x')).epoch,
      ]
      expect(epochs[0]).toBeGreaterThanOrEqual(epochFloor)
      expect(new Set(epochs)).toHaveLength(epochs.length)
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
    },
  },
  {
    name: 'reading an unknown client id begins nothing, and what it names is below what comes later',
    check: async (engine) => {
      const broker = await engine.open()
      const seen = await broker.read('ann')
      expect(seen).toMatchObject({ seq: 0, version: 0, online: false })
      expect((await broker.open('ann')).epoch).toBeGreaterThan(seen.epoch)
    },
  },
  {
    name: 'counters without use are forgotten once nobody is online, and a larger epoch begins',
    check: async (engine) => {
      const broker = await engine.open()
      const online = await broker.arrive({ ...ANN, clientId: 'online' })
      const idle = await broker.accept('idle', 'x')
      await engine.clock.advance(3 * HOUR_MS)
      expect((await broker.accept('online', 'x')).epoch).toBe(online.epoch)
      expect((await broker.accept('idle', 'x')).epoch).toBeGreaterThan(idle.epoch)
    },
  },
  {
    name: 'broadcasts have one epoch that no client id has, and a seq of their own',
    check: async (engine) => {
      const broker = await engine.open()
      const ann = await broker.accept('ann', 'x')
      const first = await broker.openBroadcasts()
      expect(first).toEqual({ epoch: expect.any(Number), seq: 0 })
      expect(first.epoch).toBeGreaterThan(ann.epoch)
      expect(await broker.acceptBroadcast('x')).toMatchObject({ ...first, seq: 1 })
      expect(await broker.openBroadcasts()).toEqual({ ...first, seq: 1 })
      expect(await broker.accept('ann', 'x')).toMatchObject({ seq: 2, epoch: ann.epoch })
    },
  },
  {
    name: 'what is accepted at once is numbered without a gap and in order',
    check: async (engine) => {
      const broker = await engine.open()
      const accepted = await Promise.all(
        Array.from({ length: 50 }, () => broker.accept('ann', 'x')),
      )
      expect(accepted.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
    },
  },
  {
    name: 'a revocation changes the generation of its client id alone',
    check: async (engine) => {
      const broker = await engine.open({ epochFloor: 7, revokes: true })
      expect(await broker.generation('ann')).toBe(7)
      const generation = await broker.revoke('ann')
      expect(generation).toBeGreaterThan(7)
      expect(await broker.generation('ann')).toBe(generation)
      expect(await broker.generation('ben')).toBe(7)
      expect(await broker.revoke('ben')).toBeGreaterThan(generation)
    },
  },
  {
    name: 'where nobody can revoke, every generation is the first',
    check: async (engine) => {
      const broker = await engine.open()
      expect(await broker.generation('ann')).toBe(0)
    },
  },
  {
    name: 'a secret is the one that came first, under its own name',
    check: async (engine) => {
      const broker = await engine.open()
      expect(await broker.keepSecret('signing-key', 'one')).toBe('one')
      expect(await broker.keepSecret('signing-key', 'two')).toBe('one')
      expect(await broker.keepSecret('cursor-key', 'three')).toBe('three')
    },
  },
  {
    name: 'state that began in this run began at its floor, of which nobody was told',
    check: async (engine) => {
      const broker = await engine.open({ epochFloor: 7 })
      expect(await broker.began()).toEqual({ epochFloor: 7, told: false })
      expect(broker.isReady()).toBe(true)
      expect([await broker.owed(), await broker.owedSockets()]).toEqual([[], []])
    },
  },
]
