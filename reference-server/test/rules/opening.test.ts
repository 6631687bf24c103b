import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { ConnectionWriter, Ports } from '../../src/ports.ts'
import { type Broadcasts, startBroadcasts } from '../../src/rules/broadcasts.ts'
import type { Connection } from '../../src/rules/channel.ts'
import { type Channels, makeChannels } from '../../src/rules/channels.ts'
import { makeOpenings } from '../../src/rules/opening.ts'
import { type Asked, NOWHERE } from '../../src/rules/resume.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { readSettings } from '../../src/settings.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'
import { silentLog } from '../start-service.ts'

interface Peer {
  connection: Connection
  frames: Record<string, unknown>[]
  closed: CloseSlug | undefined
}

const { timings } = readSettings(['--application-key', 'a-key-for-tests-only'], {})

let clock: FakeClock
let broker: Broker
let channels: Channels
let broadcasts: Broadcasts

beforeEach(() => start(true))

async function start(resumes: boolean, offersBroadcasts = true): Promise<void> {
  clock = makeFakeClock()
  const rules = makeRules()
  const metrics = makeMetrics(false)
  broker = makeMemoryBroker(makeBrokerParts(clock, { rules, holds: resumes }))
  const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5 }
  const ports: Ports = { clock, random, log: silentLog, metrics, broker }
  broadcasts = await startBroadcasts({ rules, ports, channels: () => channels })
  channels = makeChannels({
    rules,
    ports,
    sink: { report: () => {}, started: () => {}, flush: async () => {}, stop: () => {} },
    timings,
    openings: makeOpenings({
      rules,
      ports,
      heartbeatSeconds: 25,
      broadcasts: offersBroadcasts ? broadcasts : undefined,
      resumes,
    }),
  })
}

function admit(clientId: string, asked: Partial<Asked>): Peer {
  const peer: Partial<Peer> & Pick<Peer, 'frames'> = { frames: [] }
  let open = true
  const writer: ConnectionWriter = {
    write: (frame, envelope) => {
      expect(JSON.parse(String(frame))).toEqual(envelope)
      peer.frames.push({ ...envelope })
    },
    close: (slug) => {
      open = false
      peer.closed = slug
    },
    destroy: () => {},
    isOpen: () => open,
  }
  const claims = { clientId, expiresAtMs: clock.nowMs() + 3_600_000, generation: 0 }
  const places = { messages: undefined, broadcasts: undefined, ...asked }
  peer.connection = channels.admit(claims, writer, places)
  return peer as Peer
}

async function arrive(clientId: string, asked: Partial<Asked> = {}): Promise<Peer> {
  const peer = admit(clientId, asked)
  await clock.advance(0)
  return peer
}

const told = ({ frames }: Peer): unknown[] =>
  frames.map(({ type, seq, data }) => (type === 'welcome' ? 'welcome' : `${type} ${seq} ${data}`))

/** Makes calls of the broker wait; the answer lets them go on. */
function hold(name: 'replay' | 'replayBroadcasts' | 'acceptBroadcast'): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  const call = broker[name] as (...facts: unknown[]) => Promise<unknown>
  Object.assign(broker, {
    [name]: async (...facts: unknown[]) => {
      const answer = await call(...facts)
      await promise
      return answer
    },
  })
  return resolve
}

test('what was missed follows the welcome with its ids, and then comes what is new', async () => {
  const first = await channels.post('ann', 'one')
  const second = await channels.post('ann', 'two')
  const ann = await arrive('ann', { messages: { epoch: first.epoch, seq: 1 } })
  await channels.post('ann', 'three')
  expect(ann.frames[0]).toMatchObject({ resumed: true, seq: 1, cursor: first.id, broadcast_seq: 0 })
  expect(told(ann)).toEqual(['welcome', 'message 2 two', 'message 3 three'])
  expect(ann.frames[1]?.id).toBe(second.id)
  expect(second.stored).toBe(true)
})

test('broadcasts are continued from their own place, and begin at the newest where not asked for', async () => {
  const { epoch, id } = await broadcasts.post('one')
  const second = await broadcasts.post('two')
  const both = await arrive('ann', { broadcasts: { epoch, seq: 1 } })
  expect(both.frames[0]).toMatchObject({ resumed: true, broadcast_seq: 1, broadcast_cursor: id })
  expect(told(both)).toEqual(['welcome', 'broadcast 2 two'])
  const { epoch: own } = await channels.post('ben', 'one')
  const ben = await arrive('ben', { messages: { epoch: own, seq: 0 } })
  expect(ben.frames[0]).toMatchObject({ broadcast_seq: 2, broadcast_cursor: second.id })
  expect(told(ben)).toEqual(['welcome', 'message 1 one'])
})

test('nothing is sent again where nothing was asked for', async () => {
  const { id } = await channels.post('ann', 'one')
  const ann = await arrive('ann')
  expect(ann.frames[0]).toMatchObject({ resumed: false, seq: 1, cursor: id })
  expect(told(ann)).toEqual(['welcome'])
})

test('nothing is sent again where one of two streams cannot be continued', async () => {
  const { epoch } = await channels.post('ann', 'one')
  await broadcasts.post('all')
  for (const bad of [NOWHERE, { epoch, seq: 0 }, { ...(await broker.openBroadcasts()), seq: 2 }]) {
    const asked: Asked = { messages: { epoch, seq: 0 }, broadcasts: bad as Asked['broadcasts'] }
    const ann = await arrive('ann', asked)
    expect(ann.frames[0]).toMatchObject({ resumed: false, seq: 1, broadcast_seq: 1 })
    expect(told(ann)).toEqual(['welcome'])
  }
})

test('a place of another client id is no place', async () => {
  const { epoch } = await channels.post('ben', 'secret')
  const ann = await arrive('ann', { messages: { epoch, seq: 0 } })
  expect(ann.frames).toEqual([expect.objectContaining({ resumed: false, seq: 0 })])
})

test('a broadcast that is accepted while an opening waits comes once', async () => {
  const { epoch } = await broadcasts.post('one')
  const release = hold('replayBroadcasts')
  const ann = admit('ann', { broadcasts: { epoch, seq: 0 } })
  await clock.advance(0)
  expect(await broadcasts.post('two')).toMatchObject({ seq: 2, connections: 1 })
  expect(ann.frames).toEqual([])
  release()
  await clock.advance(0)
  expect(told(ann)).toEqual(['welcome', 'broadcast 1 one', 'broadcast 2 two'])
})

test('a broadcast that is being accepted when a client comes back comes once', async () => {
  const { epoch } = await broadcasts.post('one')
  const release = hold('acceptBroadcast')
  const posted = broadcasts.post('two')
  const ann = await arrive('ann', { broadcasts: { epoch, seq: 0 } })
  expect(told(ann)).toEqual(['welcome', 'broadcast 1 one'])
  release()
  expect(await posted).toMatchObject({ seq: 2, connections: 1 })
  expect(told(ann)).toEqual(['welcome', 'broadcast 1 one', 'broadcast 2 two'])
})

test('a message that is posted while an opening waits comes once', async () => {
  const { epoch } = await channels.post('ann', 'one')
  const release = hold('replay')
  const ann = admit('ann', { messages: { epoch, seq: 0 } })
  const posted = channels.post('ann', 'two')
  await clock.advance(0)
  expect(ann.frames).toEqual([])
  release()
  expect(await posted).toMatchObject({ connections: 1 })
  expect(told(ann)).toEqual(['welcome', 'message 1 one', 'message 2 two'])
})

test('a takeover by a client that resumes splits the stream', async () => {
  const older = await arrive('ann')
  const { epoch } = await channels.post('ann', 'one')
  const newer = await arrive('ann', { messages: { epoch, seq: 0 } })
  expect(await channels.post('ann', 'two')).toMatchObject({ connections: 1 })
  expect(older.closed).toBe('replaced')
  expect(told(older)).toEqual(['welcome', 'message 1 one'])
  expect(told(newer)).toEqual(['welcome', 'message 1 one', 'message 2 two'])
})

test('a client that goes while its opening waits is sent nothing and never was online', async () => {
  const { epoch } = await channels.post('ann', 'one')
  const release = hold('replay')
  const ann = admit('ann', { messages: { epoch, seq: 0 } })
  await clock.advance(0)
  channels.end(ann.connection, { by: 'loss' })
  release()
  await clock.advance(0)
  expect(ann.frames).toEqual([])
  expect(await channels.read('ann')).toMatchObject({ online: false, version: 2 })
})

test('a connection ends where what was missed cannot be read, and never was online', async () => {
  const { epoch } = await channels.post('ann', 'one')
  broker.replay = () => Promise.reject(new Error('no disk'))
  const ann = await arrive('ann', { messages: { epoch, seq: 0 } })
  expect(ann.closed).toBe('internal-error')
  expect(await channels.read('ann')).toMatchObject({ online: false, version: 2 })
})

test('where broadcasts are not offered a cursor of them is ignored', async () => {
  await start(true, false)
  const { epoch } = await channels.post('ann', 'one')
  const ann = await arrive('ann', { messages: { epoch, seq: 0 }, broadcasts: NOWHERE })
  expect(ann.frames[0]).toMatchObject({ resumed: true, cursor: expect.any(String) })
  expect(ann.frames[0]).not.toHaveProperty('broadcast_cursor')
  expect(told(ann)).toEqual(['welcome', 'message 1 one'])
  const ben = await arrive('ben', { broadcasts: NOWHERE })
  expect(ben.frames[0]).toMatchObject({ resumed: false })
})

test('without the profile nothing is held, said or asked for', async () => {
  await start(false)
  const receipt = await channels.post('ann', 'one')
  const broadcast = await broadcasts.post('all')
  expect([receipt, broadcast].filter((answer) => 'stored' in answer)).toEqual([])
  const ann = await arrive('ann', {
    messages: { epoch: receipt.epoch, seq: 0 },
    broadcasts: { epoch: broadcast.epoch, seq: 0 },
  })
  expect(ann.frames).toEqual([expect.objectContaining({ resumed: false, seq: 1 })])
  expect(Object.keys(ann.frames[0] ?? {}).filter((name) => name.includes('cursor'))).toEqual([])
})
