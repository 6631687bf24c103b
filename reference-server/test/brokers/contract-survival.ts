/** Facts of every broker whose state outlives the process: what the next run knows of one that was killed. */
import { expect } from 'vitest'
import { ANN } from './contract-counting.ts'
import { holding } from './contract-holding.ts'
import { ANSWER, POST } from './contract-posts.ts'
import type { Fact } from './engine.ts'

const DAY_MS = 86_400_000
const SOCKET = { id: 'socket-1', path: 'a/b?c', epoch: 5 }

/** What holds for state that outlives the process. */
export const survivalFacts: readonly Fact[] = [
  {
    name: 'counters, what is held and presence are what they were',
    check: async (engine) => {
      let broker = await engine.open(holding({ resume_messages: 2 }))
      await broker.arrive(ANN)
      for (const data of ['a', 'b', 'c']) await broker.accept('ann', data)
      const cast = await broker.acceptBroadcast('d')
      const before = await broker.read('ann')
      broker = await engine.reopen(holding({ resume_messages: 2 }))
      expect(await broker.read('ann')).toEqual(before)
      expect(await broker.replay('ann', { epoch: before.epoch, seq: 0 })).toBeUndefined()
      expect(await broker.replay('ann', { epoch: before.epoch, seq: 1 })).toHaveLength(2)
      expect(await broker.replayBroadcasts({ epoch: cast.epoch, seq: 0 })).toHaveLength(1)
      expect(await broker.accept('ann', 'e')).toMatchObject({ epoch: before.epoch, seq: 4 })
      expect(await broker.replay('ann', { epoch: before.epoch, seq: 1 })).toBeUndefined()
      expect(await broker.acceptBroadcast('f')).toMatchObject({ epoch: cast.epoch, seq: 2 })
    },
  },
  {
    name: 'a new epoch is above all earlier ones, also where the clock was set back',
    check: async (engine) => {
      let broker = await engine.open()
      const { epoch } = await broker.open('ann')
      const { epoch: told } = await broker.read('nobody')
      broker = await engine.reopen({ epochFloor: epoch - DAY_MS * 1000 })
      expect((await broker.open('ben')).epoch).toBeGreaterThan(told)
      expect(await broker.open('ann')).toMatchObject({ epoch })
    },
  },
  {
    name: 'what is held when a run begins is dropped by the bounds of that run',
    check: async (engine) => {
      let broker = await engine.open(holding())
      const { epoch } = await broker.accept('ann', 'aaaa')
      await broker.accept('ben', 'bbbb')
      broker = await engine.reopen(holding({ resume_total_bytes: 10 }))
      await broker.accept('ben', 'cccc')
      expect(await broker.replay('ann', { epoch, seq: 0 })).toBeUndefined()
    },
  },
  {
    name: 'who was online is online, in the order of coming, and who left before is listed with the connection that it left, and why',
    check: async (engine) => {
      let broker = await engine.open()
      await broker.arrive(ANN)
      await broker.arrive({ ...ANN, clientId: 'ben' })
      await broker.leave('ann', 'one', 'draining')
      broker = await engine.reopen()
      await broker.arrive({ ...ANN, clientId: 'cat' })
      const list = await broker.list(0, 9)
      expect(list.map(({ clientId, leftBy, leftFor }) => [clientId, leftBy, leftFor])).toEqual([
        ['ann', 'one', 'draining'],
        ['ben', undefined, undefined],
        ['cat', undefined, undefined],
      ])
    },
  },
  {
    name: 'generations and secrets are what they were',
    check: async (engine) => {
      let broker = await engine.open({ epochFloor: 7, revokes: true })
      const generation = await broker.revoke('ann')
      await broker.keepSecret('signing-key', 'one')
      broker = await engine.reopen({ epochFloor: 9, revokes: true })
      expect(await broker.generation('ann')).toBe(generation)
      expect(await broker.generation('ben')).toBe(7)
      expect(await broker.revoke('ben')).toBeGreaterThan(generation)
      expect(await broker.keepSecret('signing-key', 'two')).toBe('one')
    },
  },
  {
    name: 'where the state began is told until the application has heard of it',
    check: async (engine) => {
      let broker = await engine.open({ epochFloor: 7 })
      broker = await engine.reopen({ epochFloor: 9 })
      expect(await broker.began()).toEqual({ epochFloor: 7, told: false })
      await broker.noteStarted()
      broker = await engine.reopen({ epochFloor: 11 })
      expect(await broker.began()).toEqual({ epochFloor: 7, told: true })
    },
  },
  {
    name: 'a state is owed until it was acknowledged, with what was attempted of it',
    check: async (engine) => {
      let broker = await engine.open()
      const { epoch } = await broker.arrive(ANN)
      broker = await engine.reopen()
      const state = {
        clientId: 'ann',
        epoch,
        version: 1,
        online: true,
        connectionId: 'one',
        atMs: 1000,
      }
      const none = { epoch, version: 0 }
      expect(await broker.owed()).toEqual([{ state, acknowledged: none, attempted: none }])
      await broker.noteAttempted('ann', { epoch, version: 1 })
      broker = await engine.reopen()
      expect(await broker.owed()).toMatchObject([{ acknowledged: none, attempted: { version: 1 } }])
      await broker.noteAcknowledged('ann', { epoch, version: 1 })
      broker = await engine.reopen()
      expect(await broker.owed()).toEqual([])
      await broker.depart({ ...ANN, atMs: 5000, reason: 'lost' })
      broker = await engine.reopen()
      const gone = { ...state, version: 2, online: false, reason: 'lost', atMs: 5000 }
      const first = { epoch, version: 1 }
      expect(await broker.owed()).toEqual([{ state: gone, acknowledged: first, attempted: first }])
      await broker.noteAcknowledged('ann', { epoch: epoch - 1, version: 2 })
      expect(await broker.owed()).toHaveLength(1)
    },
  },
  {
    name: 'a state is owed for as long as it is attempted, however long the application is away',
    check: async (engine) => {
      let broker = await engine.open()
      const { epoch } = await broker.arrive(ANN)
      await broker.depart({ ...ANN, reason: 'lost' })
      for (let day = 0; day < 2; day += 1) {
        await engine.clock.advance(DAY_MS / 24)
        await broker.noteAttempted('ann', { epoch, version: 2 })
      }
      broker = await engine.reopen()
      await engine.clock.advance(60_000)
      expect(await broker.owed()).toHaveLength(1)
    },
  },
  {
    name: 'a socket is owed its end until it is forgotten, as it ended, or without an end where it was open',
    check: async (engine) => {
      let broker = await engine.open()
      const end = { code: 4200, reason: 'draining', atMs: 1000 }
      await broker.noteSocket(SOCKET)
      await broker.noteSocket({ ...SOCKET, id: 'socket-2' })
      await broker.noteSocket({ ...SOCKET, id: 'socket-3' })
      await broker.noteSocketEnd('socket-2', end)
      await broker.noteSocketEnd('nobody', end)
      await broker.forgetSocket('socket-3')
      broker = await engine.reopen()
      expect(await broker.owedSockets()).toEqual([
        { socket: SOCKET, end: undefined },
        { socket: { ...SOCKET, id: 'socket-2' }, end },
      ])
    },
  },
  {
    name: 'an answer is given again, and forgotten when its window is over',
    check: async (engine) => {
      let broker = await engine.open()
      await broker.claim(POST)
      await broker.accept('ann', 'x', { ...POST, item: 0 })
      await broker.keepAnswer(POST, ANSWER, 3)
      broker = await engine.reopen()
      expect(await broker.claim(POST)).toMatchObject({ first: { answer: ANSWER }, results: 3 })
      await engine.clock.advance(DAY_MS + 1)
      expect(await broker.claim(POST)).toMatchObject({ first: undefined, results: 0 })
    },
  },
  {
    name: 'what a killed run accepted of a post is not accepted again, and the rest is',
    check: async (engine) => {
      let broker = await engine.open(holding())
      await broker.claim(POST)
      const first = await broker.accept('ann', 'x', { ...POST, item: 0 })
      const cast = await broker.acceptBroadcast('x', { ...POST, item: 2 })
      broker = await engine.reopen(holding())
      await broker.accept('ann', 'between')
      expect(await broker.claim(POST)).toMatchObject({ first: undefined, results: 0 })
      const again = await broker.accept('ann', 'x', { ...POST, item: 0 })
      expect(again).toEqual({ ...first, again: true })
      const { epoch, seq } = cast
      expect(await broker.acceptBroadcast('x', { ...POST, item: 2 })).toMatchObject({
        ...{ epoch, seq },
        again: true,
      })
      expect(await broker.accept('ann', 'y', { ...POST, item: 1 })).toMatchObject({ seq: 3 })
      await broker.keepAnswer(POST, ANSWER, 1)
      expect(await broker.claim(POST)).toMatchObject({ first: { answer: ANSWER } })
    },
  },
  {
    name: 'the key of a post that a killed run left unfinished is not free for another body',
    check: async (engine) => {
      let broker = await engine.open()
      await broker.claim(POST)
      await broker.accept('ann', 'x', { ...POST, item: 0 })
      broker = await engine.reopen()
      const other = await broker.claim({ ...POST, digest: 'other' })
      expect(other.first).toMatchObject({ digest: 'body' })
      await engine.clock.advance(DAY_MS + 1)
      expect(await broker.claim({ ...POST, digest: 'other' })).toMatchObject({ first: undefined })
    },
  },
]
