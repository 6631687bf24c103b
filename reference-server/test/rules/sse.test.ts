import { expect, test } from 'vitest'
import { makeRules } from '../../src/rules/rule-book.ts'

const rules = makeRules()

test.each([
  ['text/event-stream', true],
  ['TEXT/Event-Stream;charset=utf-8', true],
  ['application/json, text/event-stream ; q=0.5', true],
  ['*/*', false],
  ['text/*', false],
  ['text/event-streams', false],
  ['', false],
  [undefined, false],
])('Accept %j asks for a stream: %s', (accept, asked) => {
  expect(rules.decideStreamAsked(accept)).toBe(asked)
})

test.each([
  ['closed-4000', true],
  ['closed-4099', true],
  ['closed-4100', false],
  ['closed-40000', false],
  ['xclosed-4009', false],
  ['msg_a_1,cast_b_1', false],
  [undefined, false],
])('a client that comes back with %j was told to stop: %s', (id, stopped) => {
  const arrival = { origin: 'https://foreign.example', baseOrigin: 'http://own', origins: [] }
  expect(rules.decideStopped(id, [], arrival)).toBe(stopped)
})

test.each([
  [[], []],
  [['Basic eA=='], []],
  [['Bearer'], []],
  [['Bearer '], []],
  [['Bearer a.b'], ['a.b']],
  [['bearer  a.b'], ['a.b']],
  [
    ['Bearer a', 'Bearer a'],
    ['a', 'a'],
  ],
])('Authorization %j carries the tokens %j', (values, tokens) => {
  expect(rules.readStreamTokens(values, 'token=x')).toEqual(tokens)
})

test('an event is its type, its id where it has one, and its data in one line', () => {
  const data = JSON.stringify({ data: 'a\r\nb\0c\u2028d' })
  expect(rules.makeEvent({ type: 'message', id: 'x', data })).toBe(
    `event: message\nid: x\ndata: {"data":"a\\r\\nb\\u0000c\u2028d"}\n\n`,
  )
  expect(rules.makeEvent({ type: 'heartbeat', id: undefined, data: '{}' })).toBe(
    'event: heartbeat\ndata: {}\n\n',
  )
})

test('places move with the welcome and each message and broadcast, and with nothing else', () => {
  const nowhere = { message: '', broadcast: undefined }
  const welcome = { type: 'welcome', cursor: 'm-1', broadcast_cursor: 'b-1' }
  const welcomed = rules.movePlaces(nowhere, welcome)
  expect(welcomed).toEqual({ message: 'm-1', broadcast: 'b-1' })
  const messaged = rules.movePlaces(welcomed, { type: 'message', id: 'm-2' })
  expect(messaged).toEqual({ message: 'm-2', broadcast: 'b-1' })
  const both = rules.movePlaces(messaged, { type: 'broadcast', id: 'b-2' })
  expect(both).toEqual({ message: 'm-2', broadcast: 'b-2' })
  expect(rules.movePlaces(both, { type: 'heartbeat' })).toEqual(both)
  expect(rules.movePlaces(both, { type: 'welcome', cursor: 'm-9' })).toEqual({
    message: 'm-9',
    broadcast: undefined,
  })
})

test('the id of an event gives both places back', () => {
  const places = { message: 'm-1', broadcast: 'b-2' }
  for (const type of ['welcome', 'message', 'broadcast']) {
    const id = rules.makeEventId(type, places) ?? ''
    expect(rules.readEventId(id, true)).toEqual(places)
    expect(rules.readEventId(id, false)).toBeUndefined()
  }
})

test('without broadcasts the id of an event is the cursor of messages', () => {
  const places = { message: 'm-1', broadcast: undefined }
  expect(rules.makeEventId('message', places)).toBe('m-1')
  expect(rules.readEventId('m-1', false)).toEqual(places)
  expect(rules.readEventId('m-1', true)).toBeUndefined()
})

test.each([
  '',
  ',',
  'm-1,',
  ',b-1',
  'm-1,b-1,b-1',
  'm-1, b-1',
  'm/1,b-1',
  `${'m'.repeat(129)},b-1`,
])('the id %j is none of an event', (id) => {
  expect(rules.readEventId(id, true)).toBeUndefined()
})

test.each(['heartbeat', 'reconnect'])('a %s event has no id', (type) => {
  expect(rules.makeEventId(type, { message: 'm-1', broadcast: 'b-1' })).toBeUndefined()
})

test('a close event says code and slug, and its id keeps away who is told to stop', () => {
  expect(rules.makeCloseEnvelope('replaced')).toEqual({
    type: 'close',
    code: 4009,
    reason: 'replaced',
  })
  expect([4000, 4099, 4100, 4201, 4300].map(rules.makeCloseEventId)).toEqual([
    'closed-4000',
    'closed-4099',
    undefined,
    undefined,
    undefined,
  ])
})
