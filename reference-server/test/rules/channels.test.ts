import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { beforeEach, expect, test } from 'vitest'
import type { Broker, PresenceState } from '../../src/broker-port.ts'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { ConnectionWriter } from '../../src/ports.ts'
import type { Connection } from '../../src/rules/channel.ts'
import { type Channels, makeChannels } from '../../src/rules/channels.ts'
import { makeOpenings } from '../../src/rules/opening.ts'
import { makeRules, type Rules } from '../../src/rules/rule-book.ts'
import { readSettings } from '../../src/settings.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'
import { silentLog } from '../start-service.ts'

interface Peer {
  connection: Connection
  frames: Record<string, unknown>[]
  closed: CloseSlug | undefined
}

let clock: FakeClock
let rules: Rules
let broker: Broker
let channels: Channels
let reports: PresenceState[]
let epochs: number

beforeEach(() => {
  clock = makeFakeClock()
  rules = makeRules()
  reports = []
  epochs = 0
  const { timings } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  broker = makeMemoryBroker(makeBrokerParts(clock, { rules }))
  const random = {
    bytes: () => Buffer.from(String(++epochs).padStart(12, '0')),
    fraction: () => 0.5,
  }
  const ports = { clock, random, log: silentLog, metrics: makeMetrics(false), broker }
  channels = makeChannels({
    rules,
    ports,
    sink: {
      report: (state) => reports.push(state),
      started: () => {},
      flush: async () => {},
      stop: () => {},
    },
    timings,
    openings: makeOpenings({
      rules,
      ports,
      heartbeatSeconds: 25,
      broadcasts: undefined,
      resumes: false,
    }),
  })
})

async function arrive(clientId: string, lifeMs = 3_600_000): Promise<Peer> {
  const peer: Partial<Peer> & Pick<Peer, 'frames'> = { frames: [] }
  let open = true
  const writer: ConnectionWriter = {
    write: (frame) => peer.frames.push(JSON.parse(String(frame))),
    close: (slug) => {
      open = false
      peer.closed = slug
    },
    destroy: () => {},
    isOpen: () => open,
  }
  const claims = { clientId, expiresAtMs: clock.nowMs() + lifeMs, generation: 0 }
  peer.connection = channels.admit(claims, writer)
  await clock.advance(0)
  return peer as Peer
}

const told = (): string[] =>
  reports.map(({ version, online, reason }) => `${version} ${online ? 'connected' : reason}`)

test('messages are numbered from welcome.seq on and carry the id of their receipt', async () => {
  await channels.post('ann', 'before')
  const ann = await arrive('ann')
  const receipt = await channels.post('ann', 'one')
  expect(ann.frames[0]).toMatchObject({ type: 'welcome', seq: 1, epoch: receipt.epoch })
  expect(ann.frames[1]).toEqual({ type: 'message', id: receipt.id, seq: 2, data: 'one' })
  expect(receipt).toMatchObject({ seq: 2, connections: 1 })
})

test('a message for nobody is accepted with no connections', async () => {
  expect(await channels.post('ann', 'one')).toMatchObject({ seq: 1, connections: 0 })
})

test('posts that are made at once are delivered in the order of their seq', async () => {
  const ann = await arrive('ann')
  const receipts = await Promise.all(['a', 'b', 'c'].map((data) => channels.post('ann', data)))
  expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(ann.frames.slice(1).map(({ data }) => data)).toEqual(['a', 'b', 'c'])
})

test('every epoch is larger than every one before, of whichever client id', async () => {
  const epochsSeen = []
  for (const clientId of ['a', 'b', 'c'])
    epochsSeen.push((await channels.post(clientId, 'x')).epoch)
  expect(epochsSeen).toEqual([...new Set(epochsSeen)].sort())
})

test('a takeover closes the older connection, splits the stream and reports nothing', async () => {
  const older = await arrive('ann')
  await channels.post('ann', 'one')
  const newer = await arrive('ann')
  await channels.post('ann', 'two')
  expect(older.closed).toBe('replaced')
  expect(older.frames.map(({ seq }) => seq)).toEqual([0, 1])
  expect(newer.frames.map(({ seq }) => seq)).toEqual([1, 2])
  expect(told()).toEqual(['1 connected'])
})

test('a goodbye is reported at once', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'client', code: 1000 })
  await clock.advance(0)
  expect(told()).toEqual(['1 connected', '2 closed'])
  expect(reports[1]?.connectionId).toBe(ann.connection.id)
})

test('a loss is reported when the grace has passed, and not before', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'loss' })
  await clock.advance(9999)
  expect(told()).toEqual(['1 connected'])
  expect(await channels.read('ann')).toMatchObject({ online: true, connectionId: undefined })
  await clock.advance(1)
  expect(told()).toEqual(['1 connected', '2 lost'])
})

test('a return within the grace is no event', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'client', code: 1001 })
  await clock.advance(9000)
  await arrive('ann')
  await clock.advance(60_000)
  expect(told()).toEqual(['1 connected'])
})

test('a goodbye during a return is a going and a coming', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'client', code: 1000 })
  await arrive('ann')
  expect(told()).toEqual(['1 connected', '2 closed', '3 connected'])
})

test.each([
  ['protocol-violation', 'protocol-error', 0],
  ['frame-too-large', 'protocol-error', 0],
  ['heartbeat-timeout', 'heartbeat-timeout', 10_000],
  ['slow-consumer', 'slow-consumer', 10_000],
  ['draining', 'draining', 10_000],
] as const)('an ending by %s is reported as %s after %d ms', async (slug, reason, afterMs) => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'service', slug })
  expect(ann.closed).toBe(slug)
  if (afterMs > 0) {
    await clock.advance(afterMs - 1)
    expect(told()).toEqual(['1 connected'])
  }
  await clock.advance(1)
  expect(told()).toEqual(['1 connected', `2 ${reason}`])
})

test('an expired token closes its connection and is reported after the grace', async () => {
  const ann = await arrive('ann', 5000)
  await clock.advance(4999)
  expect(ann.closed).toBeUndefined()
  await clock.advance(1)
  expect(ann.closed).toBe('token-expired')
  await clock.advance(10_000)
  expect(told()).toEqual(['1 connected', '2 token-expired'])
})

test('a connection that ended before its welcome is never reported', async () => {
  broker.generation = async () => 0
  const claims = { clientId: 'ann', expiresAtMs: clock.nowMs() + 1000, generation: 0 }
  const writer = { write: () => {}, close: () => {}, destroy: () => {}, isOpen: () => true }
  channels.end(channels.admit(claims, writer), { by: 'loss' })
  await clock.advance(60_000)
  expect(told()).toEqual([])
  expect(await channels.read('ann')).toMatchObject({ online: false })
})

test('a connection is closed before a message of another epoch is accepted for it', async () => {
  const ann = await arrive('ann')
  rules.decideEpochChange = () => 'state-lost'
  expect(await channels.post('ann', 'x')).toMatchObject({ connections: 0 })
  expect(ann.closed).toBe('state-lost')
  expect(ann.frames).toHaveLength(1)
})

test('the list has everybody who is online, in the order of their coming', async () => {
  const [ann] = [await arrive('ann'), await arrive('bob'), await arrive('cem')]
  channels.end(ann.connection, { by: 'client', code: 1000 })
  await clock.advance(0)
  await arrive('ann')
  const all = await broker.list(0, 10)
  expect(all.map(({ clientId }) => clientId)).toEqual(['bob', 'cem', 'ann'])
  const rest = await broker.list(all[1]?.arrival ?? 0, 10)
  expect(rest.map(({ clientId }) => clientId)).toEqual(['ann'])
})

test('a client id that was never used reads as offline in version 0', async () => {
  expect(await channels.read('nobody')).toMatchObject({ online: false, version: 0 })
})

test('a disconnect closes the current connection and is reported without a grace', async () => {
  const ann = await arrive('ann')
  expect(await channels.disconnect('ann', false)).toBe(1)
  expect(ann.closed).toBe('disconnected-by-application')
  await clock.advance(0)
  expect(told()).toEqual(['1 connected', '2 disconnected-by-application'])
  expect(await channels.disconnect('ann', false)).toBe(0)
})

test('a disconnect ends the grace, whose report keeps its reason and comes once', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'loss' })
  expect(await channels.disconnect('ann', false)).toBe(0)
  await clock.advance(0)
  expect(told()).toEqual(['1 connected', '2 lost'])
  await arrive('ann')
  await clock.advance(60_000)
  expect(told()).toEqual(['1 connected', '2 lost', '3 connected'])
})

test('a grace that a return ended is not reported by a later disconnect', async () => {
  const ann = await arrive('ann')
  channels.end(ann.connection, { by: 'loss' })
  await arrive('ann')
  await channels.disconnect('ann', false)
  await clock.advance(60_000)
  expect(told()).toEqual(['1 connected', '2 disconnected-by-application'])
})

test('a connection that was let in before a revocation is refused after it, and nobody hears of it', async () => {
  const disconnected = channels.disconnect('ann', true)
  const ann = await arrive('ann')
  expect(await disconnected).toBe(0)
  expect(ann.closed).toBe('token-invalid')
  expect(ann.frames).toEqual([])
  expect(channels.open().size).toBe(0)
  expect(told()).toEqual([])
})

test('a connection that was welcomed before a revocation is closed by it', async () => {
  const arriving = arrive('ann')
  expect(await channels.disconnect('ann', true)).toBe(1)
  expect((await arriving).closed).toBe('disconnected-by-application')
})
