/** Facts of every broker about presence: who is online, since when, and in which order they came. */
import { expect } from 'vitest'
import { ANN } from './contract-counting.ts'
import type { Fact } from './engine.ts'

const SECOND = { ...ANN, connectionId: 'two', atMs: 2000 }

/** What holds for presence. */
export const presenceFacts: readonly Fact[] = [
  {
    name: 'the first connection makes a client id online, with an odd version, and its end an even one',
    check: async (engine) => {
      const broker = await engine.open()
      expect(await broker.arrive(ANN)).toMatchObject({ came: true, version: 1 })
      expect(await broker.read('ann')).toMatchObject({
        online: true,
        connectionId: 'one',
        sinceMs: 1000,
      })
      await broker.leave('ann', 'one', 'lost')
      expect(await broker.depart({ ...ANN, reason: 'lost' })).toMatchObject({ version: 2 })
      const gone = await broker.read('ann')
      expect(gone).toMatchObject({ online: false, version: 2 })
      expect([gone.connectionId, gone.sinceMs]).toEqual([undefined, undefined])
    },
  },
  {
    name: 'a takeover changes the connection and nothing else',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.arrive(ANN)
      expect(await broker.arrive(SECOND)).toMatchObject({ came: false, version: 1 })
      expect(await broker.read('ann')).toMatchObject({ connectionId: 'two', sinceMs: 1000 })
      await broker.leave('ann', 'one', 'lost')
      expect(await broker.read('ann')).toMatchObject({ connectionId: 'two' })
      expect(await broker.depart({ ...ANN, reason: 'lost' })).toBeUndefined()
    },
  },
  {
    name: 'within the grace a client id is online without a connection, and coming back changes nothing',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.arrive(ANN)
      await broker.leave('ann', 'one', 'lost')
      const away = await broker.read('ann')
      expect(away).toMatchObject({ online: true, version: 1 })
      expect([away.connectionId, away.sinceMs]).toEqual([undefined, undefined])
      const left = { clientId: 'ann', leftBy: 'one', leftFor: 'lost' }
      expect(await broker.list(0, 9)).toMatchObject([left])
      expect(await broker.arrive(SECOND)).toMatchObject({ came: false, version: 1 })
      const [back] = await broker.list(0, 9)
      expect([back?.leftBy, back?.leftFor]).toEqual([undefined, undefined])
      expect(await broker.depart({ ...ANN, reason: 'lost' })).toBeUndefined()
      expect(await broker.read('ann')).toMatchObject({ online: true, sinceMs: 1000 })
    },
  },
  {
    name: 'who is offline, or unknown, cannot go',
    check: async (engine) => {
      const broker = await engine.open()
      expect(await broker.depart({ ...ANN, reason: 'lost' })).toBeUndefined()
      await broker.open('ann')
      expect(await broker.depart({ ...ANN, reason: 'lost' })).toBeUndefined()
      await broker.leave('ann', 'one', 'lost')
      await broker.leave('nobody', 'one', 'lost')
      expect(await broker.read('ann')).toMatchObject({ version: 0 })
    },
  },
  {
    name: 'the list has everybody who is online, oldest coming first, in pages that neither overlap nor miss anybody',
    check: async (engine) => {
      const broker = await engine.open()
      for (const clientId of ['e', 'd', 'c', 'b', 'a'])
        await broker.arrive({ ...ANN, clientId, connectionId: clientId })
      await broker.depart({ ...ANN, clientId: 'd', connectionId: 'd', reason: 'closed' })
      await broker.depart({ ...ANN, clientId: 'e', connectionId: 'e', reason: 'closed' })
      await broker.arrive({ ...ANN, clientId: 'e', connectionId: 'again' })
      const first = await broker.list(0, 2)
      expect(first.map(({ clientId }) => clientId)).toEqual(['c', 'b'])
      const rest = await broker.list(first[1]?.arrival ?? 0, 9)
      expect(rest.map(({ clientId }) => clientId)).toEqual(['a', 'e'])
      expect(rest[1]).toMatchObject({ online: true, version: 3, connectionId: 'again' })
      expect(await broker.list(rest[1]?.arrival ?? 0, 9)).toEqual([])
    },
  },
  {
    name: 'posts change nothing about presence',
    check: async (engine) => {
      const broker = await engine.open()
      await broker.arrive(ANN)
      const before = await broker.read('ann')
      expect(await broker.accept('ann', 'x')).toMatchObject({ version: 1 })
      expect(await broker.read('ann')).toEqual({ ...before, seq: 1 })
    },
  },
]
