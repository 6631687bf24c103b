import { createClient } from '@redis/client'
import { expect, onTestFinished, test } from 'vitest'
import type { Broker, NodeEvents } from '../../src/broker-port.ts'
import { openRedisBroker } from '../../src/brokers/redis.ts'
import { systemClock } from '../../src/clock.ts'
import { Refusal } from '../../src/refusal.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { type RedisStore, startRedisStore } from './redis-store.ts'

const ANN = { clientId: 'ann', connectionId: 'one', atMs: 1000 }
const LEASE_SECONDS = 1

type Event = readonly unknown[]

interface Node {
  broker: Broker
  /** Everything that was made known, in order. */
  events: Event[]
  /** Resolves with the next event of this name. */
  heard(name: keyof NodeEvents): Promise<Event>
}

async function startStore(args: readonly string[] = []): Promise<RedisStore> {
  const store = await startRedisStore(args)
  onTestFinished(() => store.stop())
  return store
}

async function startNode(store: RedisStore, holds = true, nodeName?: string): Promise<Node> {
  const epochFloor = systemClock.nowMs() * 1000
  const parts = makeBrokerParts(systemClock, { holds, epochFloor, nodeName })
  const broker = await openRedisBroker(store.url, parts, LEASE_SECONDS)
  onTestFinished(() => broker.stop())
  const events: Event[] = []
  const waiting = new Map<string, (event: Event) => void>()
  const listener = new Proxy({} as NodeEvents, {
    get:
      (_, name: string) =>
      (...facts: unknown[]) => {
        const event = [name, ...facts]
        events.push(event)
        waiting.get(name)?.(event)
        waiting.delete(name)
      },
  })
  broker.shared?.listen(listener)
  await broker.openBroadcasts()
  const heard: Node['heard'] = (name) => new Promise((resolve) => waiting.set(name, resolve))
  return { broker, events, heard }
}

async function tell(store: RedisStore, command: string[]): Promise<unknown> {
  const client = createClient({ url: store.url })
  await client.connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}

/** Breaks what the node that was started first hears by; it comes back by itself, a tenth of a second later. */
async function deafenFirst(store: RedisStore): Promise<void> {
  const list = String(await tell(store, ['CLIENT', 'LIST', 'TYPE', 'pubsub']))
  const ids = [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => Number(id))
  await tell(store, ['CLIENT', 'KILL', 'ID', String(Math.min(...ids))])
}

/** Tries until the store takes it; each try waits for the broker's own answer. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const messages = (node: Node): unknown[] =>
  node.events.flatMap(([name, , , message]) => (name === 'message' ? [message] : []))

test('while the store does not answer everything is refused, and afterwards it goes on where it was', async () => {
  const store = await startStore()
  const { broker } = await startNode(store)
  const { epoch } = await broker.accept('ann', 'one')
  store.signal('SIGSTOP')
  const refusal = await Promise.resolve(broker.accept('ann', 'two')).catch(
    (error: unknown) => error,
  )
  expect(refusal).toMatchObject({ slug: 'unavailable', extra: { retryAfterSeconds: 1 } })
  expect(broker.isReady()).toBe(false)
  await expect(broker.read('ann')).rejects.toThrow(Refusal)
  store.signal('SIGCONT')
  // What was on its way when it was refused may have been accepted: its number is not given again.
  const next = await until(async () => broker.accept('ann', 'three'))
  expect(next.epoch).toBe(epoch)
  expect([2, 3]).toContain(next.seq)
  while (!broker.isReady()) await until(() => broker.read('ann'))
})

test('a store that is held up takes no node for dead', async () => {
  const store = await startStore()
  const nodes = [await startNode(store), await startNode(store)]
  await nodes[0]?.broker.arrive(ANN)
  store.signal('SIGSTOP')
  const refused = nodes.map(({ broker }) => broker.read('ann').catch(() => {}))
  await Promise.all(refused)
  store.signal('SIGCONT')
  for (const { broker } of nodes) {
    const seen = await until(() => broker.read('ann'))
    expect(seen).toMatchObject({ online: true, connectionId: 'one' })
  }
  expect(nodes.flatMap(({ events }) => events.map(([name]) => name))).toEqual(['arrived'])
})

test('a store that came back with less than was answered is a new one', async () => {
  const store = await startStore()
  const node = await startNode(store)
  await node.broker.arrive(ANN)
  const kept = await node.broker.accept('ann', 'kept')
  await tell(store, ['SAVE'])
  await node.broker.accept('ann', 'lost')
  const expelled = node.heard('expelled')
  const began = node.heard('began')
  await store.restart()
  await expelled
  const [, floor] = await began
  expect(floor).toBeGreaterThan(kept.epoch)
  expect((await until(() => node.broker.open('ann'))).epoch).toBeGreaterThan(kept.epoch)
  expect(await node.broker.read('ann')).toMatchObject({ online: false, seq: 0 })
})

test('a store that came back with all that was answered goes on', async () => {
  const store = await startStore(['--dbfilename', 'all.rdb'])
  const node = await startNode(store)
  await node.broker.arrive(ANN)
  const { epoch } = await node.broker.accept('ann', 'kept')
  await tell(store, ['SAVE'])
  await store.restart()
  const next = await until(async () => node.broker.accept('ann', 'next'))
  expect(next).toMatchObject({ epoch, seq: 2, carried: 1 })
  expect(node.events.map(([name]) => name)).not.toContain('expelled')
})

test('what is published while a node hears nothing reaches it afterwards, in order and once', async () => {
  const store = await startStore()
  const [node, other] = [await startNode(store), await startNode(store)]
  const { epoch } = await node.broker.arrive(ANN)
  await other.broker.accept('ann', '1')
  await tell(store, ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
  for (const data of ['2', '3', '4']) await until(async () => other.broker.accept('ann', data))
  const cast = await until(() => other.broker.acceptBroadcast('5'))
  // A post that was refused when the connection broke may have been accepted all the same.
  const held = (await other.broker.replay('ann', { epoch, seq: 0 })) ?? []
  while (messages(node).length < held.length) await node.heard('message')
  expect(messages(node)).toEqual(held.map((message) => ({ epoch, ...message })))
  if (!node.events.some(([name]) => name === 'broadcast')) await node.heard('broadcast')
  const casts = node.events.filter(([name]) => name === 'broadcast').map(([, one]) => one)
  expect(casts).toContainEqual({ epoch: cast.epoch, seq: cast.seq, data: '5' })
})

test('what is published while a node hears nothing is said to be lost where nothing is held', async () => {
  const store = await startStore()
  const [node, other] = [await startNode(store, false), await startNode(store, false)]
  await node.broker.arrive(ANN)
  const gap = node.heard('gap')
  await deafenFirst(store)
  await other.broker.accept('ann', 'unheard')
  expect(await gap).toEqual(['gap', 'ann', 'one'])
})

test('what a node leaves when it ends is taken over at once: its clients, why they left, and what is owed', async () => {
  const store = await startStore()
  const [node, other] = [await startNode(store), await startNode(store)]
  const { epoch } = await node.broker.arrive(ANN)
  await node.broker.leave('ann', 'one', 'draining')
  const orphaned = other.heard('orphaned')
  const recall = other.heard('recall')
  await node.broker.stop()
  expect(await orphaned).toEqual(['orphaned', 'ann', 'one', 'draining'])
  const [, owed] = await recall
  expect(owed).toMatchObject([{ state: { clientId: 'ann', epoch, version: 1, online: true } }])
  const gone = await other.broker.depart({ ...ANN, reason: 'draining' })
  expect(gone).toMatchObject({ epoch, version: 2 })
})

test('a node keeps its place beside another of the same name while it is heard of', async () => {
  const store = await startStore()
  const node = await startNode(store, true, 'twin')
  await node.broker.arrive(ANN)
  const other = await startNode(store, true, 'twin')
  expect(await other.broker.accept('ann', 'x')).toMatchObject({ seq: 1, carried: 1 })
  expect(await node.broker.accept('ann', 'y')).toMatchObject({ seq: 2, carried: 1 })
  const told = [...node.events, ...other.events].map(([name]) => name)
  expect(told).not.toContain('expelled')
  expect(told).not.toContain('orphaned')
})

test('a store that cannot be used is refused in one line, without a secret', async () => {
  const store = await startStore(['--requirepass', 'a-secret'])
  const parts = makeBrokerParts(systemClock)
  const wrong = store.url.replace('//', '//:another-secret@')
  const refused = await openRedisBroker(wrong, parts).catch((error: Error) => error.message)
  expect(refused).toMatch(/^no store can be used at redis:\/\/127\.0\.0\.1:\d+: WRONGPASS/)
  expect(refused).not.toContain('secret')
})
