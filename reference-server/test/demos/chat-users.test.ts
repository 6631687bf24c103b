import { expect, test } from 'vitest'
import { makeChatUsers } from '../../demos/chat/users.ts'
import { openStore } from '../../demos/store.ts'

const SECOND = 1000
const ada = { channelId: 'chat-1', nick: 'Ada', sessionDigest: 's1' }
const other = { channelId: 'chat-2', nick: 'ada', sessionDigest: 's2' }

function start() {
  const users = makeChatUsers(openStore())
  const report =
    (event: 'connected' | 'disconnected') =>
    (channelId: string, epoch: number, version: number, nowMs = 0) =>
      users.note({ event, clientId: channelId, epoch, version }, nowMs)
  return { users, connected: report('connected'), disconnected: report('disconnected') }
}

test('a nick has one holder, whatever its case, until the holder leaves', () => {
  const { users, connected, disconnected } = start()
  expect(users.enter(ada, 0)).toBe(true)
  expect(users.enter(other, 0)).toBe(false)
  connected('chat-1', 5, 1)
  expect(users.find('chat-1')).toMatchObject({ isOpened: true, isHere: true })
  disconnected('chat-1', 5, 2)
  expect(users.find('chat-1')).toMatchObject({ isHere: false })
  expect(users.listHere()).toEqual([])
  expect(users.enter(other, 0)).toBe(true)
})

test('who comes back has the nick again, unless somebody else has it by then', () => {
  const { users, connected, disconnected } = start()
  users.enter(ada, 0)
  disconnected('chat-1', 5, 2)
  connected('chat-1', 5, 3)
  expect(users.listHere()).toEqual(['chat-1'])
  disconnected('chat-1', 5, 4)
  users.enter(other, 0)
  connected('chat-1', 5, 5)
  expect(users.listHere()).toEqual(['chat-2'])
})

test('only a report that is newer than the last counts', () => {
  const { users, connected, disconnected } = start()
  users.enter(ada, 0)
  disconnected('chat-1', 5, 2)
  connected('chat-1', 5, 1)
  connected('chat-1', 5, 2)
  connected('chat-1', 4, 9)
  expect(users.find('chat-1')).toMatchObject({ isHere: false, isOpened: false })
  connected('chat-1', 6, 1)
  expect(users.find('chat-1')).toMatchObject({ isHere: true, isOpened: true })
  connected('chat-9', 6, 1)
  expect(users.find('chat-9')).toBeUndefined()
})

test('a started makes older reports void, and leaves newer ones and users without any as they are', () => {
  const { users, connected } = start()
  users.enter(ada, 0)
  users.enter({ ...other, nick: 'Bob' }, 0)
  users.enter({ ...other, channelId: 'chat-3', nick: 'Cid' }, 0)
  connected('chat-1', 5, 1)
  connected('chat-2', 8, 1)
  users.started(7, 0)
  expect(users.listHere().sort()).toEqual(['chat-2', 'chat-3'])
  connected('chat-1', 6, 1)
  expect(users.find('chat-1')).toMatchObject({ isHere: false })
  connected('chat-1', 9, 1)
  expect(users.find('chat-1')).toMatchObject({ isHere: true })
})

test('the clean-up forgets who never opened a channel for more than 120 seconds, and nobody who did', () => {
  const { users, connected } = start()
  users.enter(ada, 0)
  users.enter({ ...other, nick: 'Bob' }, 0)
  connected('chat-2', 5, 1)
  expect(users.cleanUp(120 * SECOND)).toBe(0)
  expect(users.cleanUp(120 * SECOND + 1)).toBe(1)
  expect(users.find('chat-1')).toBeUndefined()
  expect(users.listHere()).toEqual(['chat-2'])
})

test('the clean-up forgets who left when no page of theirs can come back', () => {
  const { users, connected, disconnected } = start()
  users.enter(ada, 0)
  connected('chat-1', 5, 1)
  disconnected('chat-1', 5, 2, 10 * SECOND)
  expect(users.cleanUp(7210 * SECOND)).toBe(0)
  expect(users.hasSession('s1')).toBe(true)
  expect(users.cleanUp(7210 * SECOND + 1)).toBe(1)
  expect(users.hasSession('s1')).toBe(false)
})

test('of those who left, the clean-up keeps the 5000 who left last', () => {
  const { users, connected, disconnected } = start()
  for (let n = 0; n < 5002; n += 1) {
    users.enter({ channelId: `chat-${n}`, nick: `n${n}`, sessionDigest: 's' }, 0)
    connected(`chat-${n}`, 5, 1)
    if (n > 0) disconnected(`chat-${n}`, 5, 2, n)
  }
  expect(users.cleanUp(5002)).toBe(1)
  expect(users.find('chat-1')).toBeUndefined()
  for (const channelId of ['chat-0', 'chat-2']) expect(users.find(channelId)).toBeDefined()
})
