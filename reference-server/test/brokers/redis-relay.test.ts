import { beforeEach, expect, test } from 'vitest'
import type { NodeEvents } from '../../src/broker-port.ts'
import { makeRelay, type Relay } from '../../src/brokers/redis/relay.ts'
import type { Steps } from '../../src/brokers/redis/steps.ts'

const [A, B, C] = ['a'.repeat(24), 'b'.repeat(24), 'c'.repeat(24)] as const

/** What the store answers to the next question: the node of each socket, or the nodes. */
let places: readonly string[]
/** What was asked of it: number, text and ids. */
let asked: (readonly unknown[])[]
let said: (readonly string[])[]
let done: unknown[]
let hasLease: boolean
let relay: Relay

beforeEach(() => {
  places = []
  asked = []
  said = []
  done = []
  hasLease = true
  const events = {
    sendToSockets: (ids: readonly string[], body: string) => {
      done.push([ids, body])
      return ids.map((id) => id === A)
    },
    broadcastToSockets: (body: string) => {
      done.push(body)
      return 7
    },
  } as unknown as NodeEvents
  const steps = {
    read: async (_script: unknown, _keys: unknown, args: readonly unknown[]) => {
      asked.push(args)
      return places
    },
    names: () => ({ nodeChannel: (node: string) => `to ${node}` }),
    standing: () => ({ node: 'me' }),
  } as unknown as Steps
  relay = makeRelay({
    link: {
      send: async <T>(args: readonly string[]) => {
        said.push(args)
        return undefined as T
      },
    },
    steps,
    hasLease: () => hasLease,
    events: () => events,
  })
})

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a send is answered when every node was heard that has one of its sockets', async () => {
  places = ['one', '', 'two', 'one', 'one']
  const ids = [A, B, C, A, B]
  const sent = relay.sendToSockets(ids, 'x y')
  let isOver = false
  void sent.then(() => {
    isOver = true
  })
  await settled()
  relay.hear('r 1 one 101')
  await settled()
  expect(isOver).toBe(false)
  relay.hear('r 1 two 0')
  expect(await sent).toEqual([true, false, false, false, true])
  expect(asked).toEqual([['1', 'x y', ...ids]])
})

test('an answer that is heard before the answer of the store counts', async () => {
  places = ['one']
  const sent = relay.sendToSockets([A], 'x')
  relay.hear('r 1 one 1')
  expect(await sent).toEqual([true])
})

test('nothing is asked about what is no id, and nobody is waited for where no node has one', async () => {
  expect(await relay.sendToSockets(['no id', 'short'], 'x')).toEqual([false, false])
  expect(asked).toEqual([])
  places = ['']
  expect(await relay.sendToSockets(['no id', A], 'x')).toEqual([false, false])
  expect(asked).toEqual([['1', 'x', A]])
})

test('a broadcast counts what every node has', async () => {
  places = ['one', 'two']
  const sent = relay.broadcastToSockets('x')
  relay.hear('r 1 one 2')
  relay.hear('r 1 two 30')
  expect(await sent).toBe(32)
})

test('an answer to nothing that was asked is passed over', () => {
  relay.hear('r 9 one 1')
  expect([done, said]).toEqual([[], []])
})

test('what another node asks is done, with its text as it is, and answered on its channel', () => {
  relay.hear(`s 4 other ${A},${B} a text, with  spaces`)
  relay.hear('b 5 other ')
  expect(done).toEqual([[[A, B], 'a text, with  spaces'], ''])
  expect(said).toEqual([
    ['SPUBLISH', 'to other', 'r 4 me 10'],
    ['SPUBLISH', 'to other', 'r 5 me 7'],
  ])
})

test('a node without its lease does nothing for others, and does not answer', () => {
  hasLease = false
  relay.hear(`s 4 other ${A} x`)
  relay.hear('b 5 other x')
  expect([done, said]).toEqual([[], []])
})
