import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeChatMessages } from '../../demos/chat/messages.ts'
import { makeChatUsers } from '../../demos/chat/users.ts'
import { makePushHistory } from '../../demos/push-chat/history.ts'
import { openStore } from '../../demos/store.ts'

test('each chat keeps its last 100 messages, in their order', () => {
  const store = openStore()
  const history = makePushHistory(store)
  const messages = makeChatMessages(store)
  for (let number = 1; number <= 120; number += 1) {
    history.add(`text ${number}`)
    messages.add({ nick: 'ada', text: `text ${number}`, atMs: number })
  }
  const expected = Array.from({ length: 100 }, (_, index) => `text ${index + 21}`)
  expect(history.list()).toEqual(expected)
  expect(messages.list().map(({ text }) => text)).toEqual(expected)
  for (const table of ['push_messages', 'chat_messages'])
    expect(store.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 100 })
  store.close()
})

test('a store in a file outlives the process that wrote it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  const file = join(folder, 'demo.sqlite')
  const ada = { channelId: 'chat-1', nick: 'Ada', sessionDigest: 's' }
  const first = openStore(file)
  makePushHistory(first).add('kept')
  makeChatUsers(first).enter(ada, 0)
  first.close()
  const second = openStore(file)
  expect(makePushHistory(second).list()).toEqual(['kept'])
  expect(makeChatUsers(second).find('chat-1')).toEqual({ ...ada, isOpened: false, isHere: true })
  second.close()
  rmSync(folder, { recursive: true })
})

test('what people write is data to the store, whatever it looks like', () => {
  const store = openStore()
  const messages = makeChatMessages(store)
  const text = "'); DROP TABLE chat_messages; --"
  messages.add({ nick: text, text, atMs: 1 })
  expect(messages.list()).toEqual([{ nick: text, text, atMs: 1 }])
  store.close()
})
