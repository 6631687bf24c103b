import { beforeEach, expect, test } from 'vitest'
import type { Shared } from '../../src/broker-port.ts'
import { makeSocketReach, type SocketReach } from '../../src/rules/socket-reach.ts'
import { makeSocketSetting } from './sockets-setting.ts'

const UNAVAILABLE = { slug: 'unavailable' }

let setting: ReturnType<typeof makeSocketSetting>
let asked: unknown[]
let mayWrite: boolean
/** Whether other nodes answer. */
let answers: boolean
let reach: SocketReach

beforeEach(() => {
  setting = makeSocketSetting()
  asked = []
  mayWrite = true
  answers = true
  const shared = {
    mayWrite: () => mayWrite,
    sendToSockets: async (ids: readonly string[], body: string) => {
      if (!answers) throw new Error('nobody answers')
      asked.push([ids, body])
      return ids.map((id) => id === 'theirs')
    },
    broadcastToSockets: async (body: string) => {
      asked.push(body)
      return 40
    },
  } as unknown as Shared
  reach = makeSocketReach(setting.sockets, shared)
})

test('a send asks others only for sockets that are not ours, and answers in the order of its entries', async () => {
  const page = setting.accept('a')
  const { id } = page.socket.facts
  expect(await reach.send([id], 'one')).toEqual([{ socket: id, delivered: true }])
  expect(asked).toEqual([])
  const results = await reach.send(['theirs', id, 'nobody', id], 'two')
  expect(results.map(({ delivered }) => delivered)).toEqual([true, true, false, true])
  expect(results.map(({ socket }) => socket)).toEqual(['theirs', id, 'nobody', id])
  expect(asked).toEqual([[['theirs', 'nobody'], 'two']])
  expect(page.texts).toEqual(['one', 'two', 'two'])
})

test('where others do not answer, nothing is sent that a repetition would send again', async () => {
  const page = setting.accept('a')
  answers = false
  await expect(reach.send([page.socket.facts.id, 'theirs'], 'x')).rejects.toThrow('nobody answers')
  expect(page.texts).toEqual([])
})

test('a broadcast goes to ours and to those of others, and counts all', async () => {
  const page = setting.accept('a')
  expect(await reach.broadcast('x')).toBe(41)
  expect([page.texts, asked]).toEqual([['x'], ['x']])
})

test('a node that others may have given up sends nothing', async () => {
  const page = setting.accept('a')
  mayWrite = false
  await expect(reach.send([page.socket.facts.id], 'x')).rejects.toMatchObject(UNAVAILABLE)
  await expect(reach.broadcast('x')).rejects.toMatchObject(UNAVAILABLE)
  expect([page.texts, asked]).toEqual([[], []])
})

test('a service of one node asks nobody', async () => {
  const page = setting.accept('a')
  const alone = makeSocketReach(setting.sockets, undefined)
  const { id } = page.socket.facts
  expect(await alone.send(['nobody', id], 'x')).toMatchObject([
    { delivered: false },
    { delivered: true },
  ])
  expect(await alone.broadcast('y')).toBe(1)
  expect(page.texts).toEqual(['x', 'y'])
})
