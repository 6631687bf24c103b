/** Facts of every broker about what it holds for replay. */
import { expect } from 'vitest'
import type { BrokerParts } from '../../src/brokers/parts.ts'
import { readSettings } from '../../src/settings.ts'
import type { Engine, Fact } from './engine.ts'

const HOUR_MS = 3_600_000
const settings = readSettings(['--application-key', 'a-key-for-tests-only'], {})

/** Parts of a service with the profile `resume`. */
export function holding(limits: Partial<BrokerParts['limits']> = {}): Partial<BrokerParts> {
  return { holds: true, limits: { ...settings.limits, ...limits } }
}

async function accepted(engine: Engine, limits: Partial<BrokerParts['limits']>) {
  const broker = await engine.open(holding(limits))
  const { epoch } = await broker.open('ann')
  const replay = async (seq: number): Promise<string[] | undefined> =>
    (await broker.replay('ann', { epoch, seq }))?.map(({ data }) => data)
  return { broker, epoch, replay }
}

/** What holds for what is held. */
export const holdingFacts: readonly Fact[] = [
  {
    name: 'what was accepted can be continued from every place of its own epoch',
    check: async (engine) => {
      const broker = await engine.open(holding())
      const { epoch, stored } = await broker.accept('ann', 'a')
      await broker.accept('ben', 'b')
      const cast = await broker.acceptBroadcast('c')
      expect([stored, cast.stored]).toEqual([true, true])
      expect(await broker.replay('ann', { epoch, seq: 0 })).toEqual([{ seq: 1, data: 'a' }])
      expect(await broker.replay('ann', { epoch, seq: 1 })).toEqual([])
      expect(await broker.replay('ann', { epoch, seq: 2 })).toBeUndefined()
      expect(await broker.replay('ann', { epoch: epoch + 1, seq: 0 })).toBeUndefined()
      expect(await broker.replay('ben', { epoch, seq: 0 })).toBeUndefined()
      const start = { epoch: cast.epoch, seq: 0 }
      expect(await broker.replayBroadcasts(start)).toEqual([{ seq: 1, data: 'c' }])
      expect(await broker.replayBroadcasts({ epoch, seq: 0 })).toBeUndefined()
    },
  },
  {
    name: 'data is replayed as it was, whatever characters it has',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, {})
      const texts = [
        '\0',
        'a\0b',
        '',
        '"\\\n\r\t',
        '\u2028',
        '💬 고객 é',
        "'; --",
        'x'.repeat(60_000),
      ]
      for (const text of texts) await broker.accept('ann', text)
      expect(await replay(0)).toEqual(texts)
    },
  },
  {
    name: 'a place of an epoch that was forgotten cannot be continued',
    check: async (engine) => {
      const { replay } = await accepted(engine, {})
      expect(await replay(0)).toEqual([])
      await engine.clock.advance(3 * HOUR_MS)
      expect(await replay(0)).toBeUndefined()
    },
  },
  {
    name: 'nothing is held without a window',
    check: async (engine) => {
      const broker = await engine.open()
      const { epoch, stored } = await broker.accept('ann', 'a')
      expect(stored).toBeUndefined()
      expect(await broker.replay('ann', { epoch, seq: 0 })).toBeUndefined()
    },
  },
  {
    name: 'more messages than the limit drop the oldest, and a place before them cannot be continued',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, { resume_messages: 2 })
      for (const data of ['a', 'b', 'c']) await broker.accept('ann', data)
      expect(await replay(0)).toBeUndefined()
      expect(await replay(1)).toEqual(['b', 'c'])
    },
  },
  {
    name: 'more bytes than the limit drop the oldest, and the newest itself where it alone is too large',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, { resume_bytes: 10 })
      await broker.accept('ann', 'aaaa')
      await broker.accept('ann', 'éééé')
      expect(await replay(0)).toBeUndefined()
      expect(await replay(1)).toEqual(['éééé'])
      expect(await broker.accept('ann', 'b'.repeat(11))).toMatchObject({ seq: 3, stored: false })
      expect(await replay(2)).toBeUndefined()
      expect(await replay(3)).toEqual([])
      expect(await broker.accept('ann', 'c')).toMatchObject({ stored: true })
      expect(await replay(3)).toEqual(['c'])
    },
  },
  {
    name: 'more bytes than all may hold drop the oldest of whomever',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, { resume_total_bytes: 10 })
      await broker.accept('ann', 'aaaa')
      await broker.acceptBroadcast('bbbb')
      const { epoch } = await broker.accept('cat', 'cccc')
      expect(await replay(0)).toBeUndefined()
      expect(await replay(1)).toEqual([])
      expect(await broker.replay('cat', { epoch, seq: 0 })).toHaveLength(1)
      await broker.accept('cat', 'dddd')
      const stream = await broker.openBroadcasts()
      expect(await broker.replayBroadcasts({ ...stream, seq: 0 })).toBeUndefined()
      expect(await broker.replay('cat', { epoch, seq: 0 })).toHaveLength(2)
    },
  },
  {
    name: 'the oldest of all is dropped first, also where one client id has several in a row',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, { resume_total_bytes: 10 })
      await broker.accept('ann', 'aaaa')
      await broker.accept('ann', 'bbbb')
      const { epoch } = await broker.accept('cat', 'cccc')
      expect(await replay(1)).toEqual(['bbbb'])
      await broker.accept('dan', 'dddd')
      expect(await replay(1)).toBeUndefined()
      expect(await broker.replay('cat', { epoch, seq: 0 })).toHaveLength(1)
    },
  },
  {
    name: 'what is held longer than the window is dropped, and what is younger stays',
    check: async (engine) => {
      const { broker, replay } = await accepted(engine, {})
      const windowMs = settings.timings.resume_window_seconds * 1000
      await broker.accept('ann', 'a')
      await engine.clock.advance(windowMs / 2)
      await broker.accept('ann', 'b')
      await engine.clock.advance(windowMs / 2 + 1)
      expect(await replay(0)).toBeUndefined()
      expect(await replay(1)).toEqual(['b'])
    },
  },
]
