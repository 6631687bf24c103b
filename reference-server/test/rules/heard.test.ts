import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { beforeEach, expect, test } from 'vitest'
import type { Broker, PresenceState, Shared } from '../../src/broker-port.ts'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { ConnectionWriter } from '../../src/ports.ts'
import { Refusal } from '../../src/refusal.ts'
import type { Connection } from '../../src/rules/channel.ts'
import { type Channels, makeChannels } from '../../src/rules/channels.ts'
import { makeOpenings } from '../../src/rules/opening.ts'
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
const graceMs = timings.presence_grace_seconds * 1000

let clock: FakeClock
let broker: Broker
let mayWrite: boolean
let channels: Channels
let reports: PresenceState[]

beforeEach(() => {
  clock = makeFakeClock()
  reports = []
  mayWrite = true
  const rules = makeRules()
  const shared: Shared = {
    listen: () => {},
    mayWrite: () => mayWrite,
    route: async () => true,
    disconnect: async () => ({ connections: 1 }),
    epochFloor: () => 0,
    sendToSockets: async () => [],
    broadcastToSockets: async () => 0,
  }
  broker = { ...makeMemoryBroker(makeBrokerParts(clock, { rules, holds: true })), shared }
  let ids = 0
  const random = {
    bytes: () => Buffer.from(String(++ids).padStart(12, '0')),
    fraction: () => 0.5,
  }
  const ports = { clock, random, log: silentLog, metrics: makeMetrics(false), broker }
  const quiet = { started: () => {}, flush: async () => {}, stop: () => {} }
  channels = makeChannels({
    rules,
    ports,
    sink: { ...quiet, report: (state) => reports.push(state) },
    timings,
    openings: makeOpenings({
      rules,
      ports,
      heartbeatSeconds: 25,
      broadcasts: undefined,
      resumes: true,
    }),
  })
})

function admit(after?: { epoch: number; seq: number }): Peer {
  const peer: Partial<Peer> & Pick<Peer, 'frames'> = { frames: [] }
  const writer: ConnectionWriter = {
    write: (frame) => peer.frames.push(JSON.parse(String(frame))),
    close: (slug) => {
      peer.closed = slug
    },
    destroy: () => {},
    isOpen: () => peer.closed === undefined,
  }
  const claims = { clientId: 'ann', expiresAtMs: clock.nowMs() + 3_600_000, generation: 0 }
  peer.connection = channels.admit(claims, writer, { messages: after, broadcasts: undefined })
  return peer as Peer
}

async function arrive(): Promise<Peer> {
  const peer = admit()
  await clock.advance(0)
  return peer
}

const hear = ({ connection }: Peer, seq: number): void =>
  channels.heard.message('ann', connection.id, {
    epoch: connection.epoch || seq,
    seq,
    data: `${seq}`,
  })
const data = ({ frames }: Peer): unknown[] => frames.map((frame) => frame.data ?? frame.type)
const told = (): string[] =>
  reports.map(({ version, online, reason }) => `${version} ${online ? 'connected' : reason}`)

/** Holds back what a call of the broker answers; the answer lets it go. */
function hold(name: 'arrive' | 'replay'): () => void {
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

test('what the broker carries itself is counted as it says, and sent when it is heard', async () => {
  const ann = await arrive()
  const { accept } = broker
  broker.accept = async (...facts) => ({ ...(await accept(...facts)), carried: 1 })
  expect(await channels.post('ann', 'x')).toMatchObject({ seq: 1, connections: 1 })
  expect(data(ann)).toEqual(['welcome'])
  hear(ann, 1)
  expect(data(ann)).toEqual(['welcome', '1'])
})

test('what is heard between an arrival and its opening follows what was missed', async () => {
  const { epoch } = await channels.post('ann', 'missed')
  const [release, replay] = [hold('arrive'), hold('replay')]
  const ann = admit({ epoch, seq: 0 })
  await clock.advance(0)
  channels.heard.arrived('ann', ann.connection.id)
  channels.heard.message('ann', ann.connection.id, { epoch, seq: 2, data: 'new' })
  release()
  await clock.advance(0)
  expect(ann.frames).toEqual([])
  replay()
  await clock.advance(0)
  expect(data(ann)).toEqual(['welcome', 'missed', 'new'])
})

test('a message for a connection that is not the current one goes nowhere', async () => {
  const ann = await arrive()
  channels.heard.message('ann', 'another', { epoch: ann.connection.epoch, seq: 1, data: 'x' })
  channels.heard.message('ben', ann.connection.id, { epoch: 1, seq: 1, data: 'x' })
  expect(data(ann)).toEqual(['welcome'])
})

test('a takeover by another node closes the connection and is no event', async () => {
  const ann = await arrive()
  channels.heard.replaced('ann', 'another')
  expect(ann.closed).toBeUndefined()
  channels.heard.replaced('ann', ann.connection.id)
  expect(ann.closed).toBe('replaced')
  await clock.advance(2 * graceMs)
  expect(told()).toEqual(['1 connected'])
})

test('messages that are lost end their connection as lost state, with a grace', async () => {
  const ann = await arrive()
  channels.heard.gap('ann', ann.connection.id)
  expect(ann.closed).toBe('state-lost')
  await clock.advance(graceMs)
  expect(told()).toEqual(['1 connected', '2 state-lost'])
})

test('a disconnect through another node ends the connection at once', async () => {
  const ann = await arrive()
  channels.heard.disconnect('ann', ann.connection.id, false)
  expect(ann.closed).toBe('disconnected-by-application')
  await clock.advance(0)
  expect(told()).toEqual(['1 connected', '2 disconnected-by-application'])
})

test('a disconnect of a client id that is elsewhere is left to the broker', async () => {
  expect(await channels.disconnect('ben', false)).toBe(1)
})

test('a client id that a dead node left is told lost after the grace, unless it comes back here', async () => {
  for (const clientId of ['ann', 'ben'])
    await broker.arrive({ clientId, connectionId: `of ${clientId}`, atMs: 0 })
  for (const clientId of ['ann', 'ben']) {
    await broker.leave(clientId, `of ${clientId}`, 'node-lost')
    channels.heard.orphaned(clientId, `of ${clientId}`, undefined)
  }
  await arrive()
  await clock.advance(graceMs)
  expect(reports).toMatchObject([
    { clientId: 'ben', version: 2, reason: 'node-lost', connectionId: 'of ben' },
  ])
})

test('who is abandoned is closed as lost state, and nothing is told of it', async () => {
  const ann = await arrive()
  channels.abandon()
  expect([ann.closed, channels.open().size]).toEqual(['state-lost', 0])
  await clock.advance(2 * graceMs)
  expect(told()).toEqual(['1 connected'])
})

test('without the right to write nobody is welcomed', async () => {
  mayWrite = false
  const ann = await arrive()
  expect([ann.frames, ann.closed]).toEqual([[], 'internal-error'])
})

test('an arrival that was not answered is undone when it turns out to have happened', async () => {
  const { arrive: reach, read } = broker
  broker.arrive = async (arrival) => {
    await reach(arrival)
    throw new Refusal('unavailable')
  }
  let tries = 0
  broker.read = async (clientId) => {
    tries += 1
    if (tries === 1) throw new Refusal('unavailable')
    return read(clientId)
  }
  const ann = await arrive()
  expect(ann.closed).toBe('internal-error')
  await clock.advance(1000)
  expect(await read('ann')).toMatchObject({ online: true, connectionId: undefined })
  await clock.advance(graceMs)
  expect(await read('ann')).toMatchObject({ online: false })
})
