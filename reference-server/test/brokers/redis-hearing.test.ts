import { beforeEach, expect, test } from 'vitest'
import type { NodeEvents } from '../../src/broker-port.ts'
import { type Hearing, type Missed, makeHearing } from '../../src/brokers/redis/hearing.ts'

type Event = readonly unknown[]

let events: Event[]
let hasLease: boolean
let missed: Missed | (() => Missed)
let reads: number
let subscribed: string[]
let hearing: Hearing

beforeEach(() => {
  events = []
  hasLease = true
  missed = { current: true, messages: [] }
  reads = 0
  subscribed = []
  const listener = new Proxy({} as NodeEvents, {
    get:
      (_, name: string) =>
      (...facts: unknown[]) =>
        events.push([name, ...facts]),
  })
  hearing = makeHearing({
    link: {
      subscribe: async (channel) => void subscribed.push(channel),
      unsubscribe: (channel) => {
        subscribed = subscribed.filter((other) => other !== channel)
      },
    },
    hasLease: () => hasLease,
    channelOf: (clientId) => `of ${clientId}`,
    readMissed: async () => {
      reads += 1
      return typeof missed === 'function' ? missed() : missed
    },
    events: () => listener,
    gather: () => events.push(['gather']),
  })
})

/** A connection of this node that has arrived behind message 1 of epoch 7. */
async function arrive(connectionId: string): Promise<void> {
  await hearing.expect('ann', connectionId)
  hearing.hear(`a ${connectionId} 7 1`, 'of ann')
}

const hear = (message: string): void => hearing.hear(message, 'of ann')
/** What comes of a post, on the channel of the node. */
const post = (seq: number, data = String(seq), connectionId = 'one'): void =>
  hearing.hearMessages(JSON.stringify([['of ann', connectionId, '7', seq, data]]))
const message = (seq: number, data: string, connectionId = 'one'): Event => [
  'message',
  'ann',
  connectionId,
  { epoch: 7, seq, data },
]
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('messages of the own connection are passed on from its arrival on, whatever their text', async () => {
  await arrive('one')
  post(2, 'a b  c')
  post(3, 'x', 'other')
  post(3, '')
  expect(events).toEqual([['arrived', 'ann', 'one'], message(2, 'a b  c'), message(3, '')])
})

test('messages that were posted together are passed on in order, and none of a client id that is not here', async () => {
  await arrive('one')
  const rows = [
    ['of ann', 'one', '7', 2, 'a'],
    ['of bob', 'one', '7', 1, 'x'],
    ['of ann', 'one', '7', 3, 'b'],
  ]
  hearing.hearMessages(JSON.stringify(rows))
  expect(events.slice(1)).toEqual([['gather'], message(2, 'a'), message(3, 'b')])
})

test('an arrival resolves when it is heard', async () => {
  await hearing.expect('ann', 'one')
  const heard = hearing.arrived('ann', 'one')
  hear('a one 7 1')
  await heard
  expect(events).toEqual([['arrived', 'ann', 'one']])
})

test('what comes twice is passed on once', async () => {
  await arrive('one')
  for (const seq of [2, 2, 1, 3]) post(seq)
  expect(events.slice(1)).toEqual([message(2, '2'), message(3, '3')])
})

test('a gap is filled from what is held, in order, and what was heard meanwhile comes after it', async () => {
  await arrive('one')
  const held = [2, 3, 4].map((seq) => ({ seq, data: String(seq) }))
  missed = () => ({ current: true, messages: held.splice(0, 2) })
  post(3)
  post(4)
  await settled()
  post(5)
  expect(events.slice(1)).toEqual([2, 3, 4, 5].map((seq) => message(seq, String(seq))))
})

test('a gap that cannot be filled is told, and nothing more is passed on', async () => {
  await arrive('one')
  missed = { current: true, messages: undefined }
  post(3)
  await settled()
  post(4)
  expect(events.slice(1)).toEqual([['gap', 'ann', 'one']])
  expect(subscribed).toEqual([])
})

test('an arrival elsewhere replaces the connection behind the messages before it, and ends the listening', async () => {
  await arrive('one')
  post(2)
  hear('a other 7 2')
  post(3, '3', 'other')
  expect(events.slice(1)).toEqual([message(2, '2'), ['replaced', 'ann', 'one']])
  expect(subscribed).toEqual([])
})

test('what was missed before an arrival elsewhere is brought, and then the connection is replaced', async () => {
  await arrive('one')
  await hearing.resume()
  missed = { current: false, messages: [{ seq: 2, data: '2' }] }
  hearing.catchUp()
  await settled()
  expect(events.slice(1)).toEqual([message(2, '2'), ['replaced', 'ann', 'one']])
})

test('a newer connection of the same node takes over where it arrives', async () => {
  await arrive('one')
  await hearing.expect('ann', 'two')
  post(2)
  hear('a two 7 2')
  post(3, '3', 'two')
  const arrived = ['arrived', 'ann', 'two']
  expect(events.slice(1)).toEqual([message(2, '2'), arrived, message(3, '3', 'two')])
  hearing.forget('ann', 'one')
  expect(subscribed).toHaveLength(2)
  hearing.forget('ann', 'two')
  expect(subscribed).toEqual([])
})

test('without the lease nothing is passed on, and with it again what was missed is', async () => {
  await arrive('one')
  hasLease = false
  post(2)
  hasLease = true
  missed = { current: true, messages: [{ seq: 2, data: '2' }] }
  hearing.catchUp()
  await settled()
  hearing.catchUp()
  expect([events.slice(1), reads]).toEqual([[message(2, '2')], 1])
})

test('what cannot be read is read again later', async () => {
  await arrive('one')
  missed = () => {
    throw new Error('out of reach')
  }
  post(3)
  await settled()
  missed = { current: true, messages: [2, 3].map((seq) => ({ seq, data: String(seq) })) }
  hearing.catchUp()
  await settled()
  expect(events.slice(1)).toEqual([message(2, '2'), message(3, '3')])
})

test('the application ends a connection of this node, and no other', async () => {
  await arrive('one')
  hear('d other')
  hear('d one')
  hear('r one')
  expect(events.slice(1)).toEqual([
    ['disconnect', 'ann', 'one', false],
    ['disconnect', 'ann', 'one', true],
  ])
})
