import { expect, test } from 'vitest'
import { NOWHERE, readAsked } from '../../src/rules/resume.ts'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()
const PLACE = { epoch: 1_790_855_400_000_000, seq: 7 }

test('the id of a message is read back as the place behind it, and that of a broadcast too', () => {
  for (const seq of [0, 1, 7, 2 ** 40]) {
    const place = { ...PLACE, seq }
    expect(rules.readMessageCursor(rules.makeMessageId(place))).toEqual(place)
    expect(rules.readBroadcastCursor(rules.makeBroadcastId(place))).toEqual(place)
  }
})

test.each([
  '',
  'x',
  'msg',
  'msg_a',
  'msg__',
  'msg_a_',
  'msg_a_1_2',
  'msg_a_01',
  'msg_A_1',
  'msg_a_1 ',
  'MSG_a_1',
  'msg_a_-1',
  'msg_a_1.5',
  'msg_zzzzzzzzzzzzzz_1',
  'msg_a_zzzzzzzzzzzzzz',
  'cast_a_1',
])('%o names no place in messages', (cursor) => {
  expect(rules.readMessageCursor(cursor)).toBeUndefined()
})

test('a cursor of messages names no place in broadcasts', () => {
  expect(rules.readBroadcastCursor(rules.makeMessageId(PLACE))).toBeUndefined()
})

test('a stream is asked for by one cursor, and with none, an empty one or two there is no place', () => {
  const cursor = rules.makeMessageId(PLACE)
  const ask = (...after: string[]) => readAsked(rules, { after, afterBroadcast: [] }).messages
  expect(ask()).toBeUndefined()
  expect(ask(cursor)).toEqual(PLACE)
  expect(ask('')).toBe(NOWHERE)
  expect(ask('bad')).toBe(NOWHERE)
  expect(ask(cursor, cursor)).toBe(NOWHERE)
})

test('each stream is read from its own parameter', () => {
  const [after, afterBroadcast] = [[rules.makeMessageId(PLACE)], [rules.makeMessageId(PLACE)]]
  expect(readAsked(rules, { after, afterBroadcast })).toEqual({
    messages: PLACE,
    broadcasts: NOWHERE,
  })
})

test('a welcome resumes where streams were asked for and each can be continued', () => {
  const outcomes = [
    {},
    { messages: true },
    { messages: false },
    { broadcasts: true },
    { messages: true, broadcasts: true },
    { messages: true, broadcasts: false },
    { messages: false, broadcasts: true },
  ].map((continued) => rules.decideResumed(continued))
  expect(outcomes).toEqual([false, true, false, true, true, false, false])
})

test('a stream that was not asked for begins at its newest, also where the other resumes', () => {
  expect(rules.decideWelcomeSeq(9, 4, true, 'messages')).toBe(4)
  expect(rules.decideWelcomeSeq(9, undefined, true, 'messages')).toBe(9)
  expect(rules.decideWelcomeSeq(9, 4, false, 'messages')).toBe(9)
})

test('a stream is asked for only where it is continued for somebody', () => {
  const asked = { messages: PLACE, broadcasts: PLACE }
  const select = (messages: boolean, broadcasts: boolean) =>
    rules.selectAsked(asked, { messages, broadcasts })
  expect(select(true, true)).toEqual(asked)
  expect(select(true, false)).toEqual({ messages: PLACE, broadcasts: undefined })
  expect(select(false, false)).toEqual({ messages: undefined, broadcasts: undefined })
})

test('cursors are the ids of the places, and there is none of broadcasts where they are not offered', () => {
  expect(rules.makeTokenCursors(PLACE, undefined)).toEqual({ cursor: rules.makeMessageId(PLACE) })
  expect(rules.makeWelcomeCursors(PLACE, { epoch: 3, seq: 2 })).toEqual({
    cursor: rules.makeMessageId(PLACE),
    broadcast_cursor: rules.makeBroadcastId({ epoch: 3, seq: 2 }),
  })
})

test('a receipt says nothing of holding where nothing is held for anybody', () => {
  expect(rules.makeStored(undefined, 'messages')).toEqual({})
  expect(rules.makeStored(false, 'messages')).toEqual({ stored: false })
})
