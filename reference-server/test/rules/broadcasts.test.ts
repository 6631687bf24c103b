import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { beforeEach, expect, test } from 'vitest'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { ConnectionWriter, Ports } from '../../src/ports.ts'
import { type Broadcasts, startBroadcasts } from '../../src/rules/broadcasts.ts'
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
  frames: string[]
  closed: CloseSlug | undefined
}

let clock: FakeClock
let rules: Rules
let channels: Channels
let broadcasts: Broadcasts

beforeEach(async () => {
  clock = makeFakeClock()
  rules = makeRules()
  const { timings } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  const broker = makeMemoryBroker(makeBrokerParts(clock, { rules }))
  const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0.5 }
  const ports: Ports = { clock, random, log: silentLog, metrics: makeMetrics(false), broker }
  broadcasts = await startBroadcasts({ rules, ports, channels: () => channels })
  channels = makeChannels({
    rules,
    ports,
    sink: { report: () => {}, started: () => {}, flush: async () => {}, stop: () => {} },
    timings,
    openings: makeOpenings({ rules, ports, heartbeatSeconds: 25, broadcasts, resumes: false }),
  })
})

function admit(clientId: string, lifeMs = 3_600_000): Peer {
  const peer: Partial<Peer> & Pick<Peer, 'frames'> = { frames: [] }
  let open = true
  const writer: ConnectionWriter = {
    write: (frame) => peer.frames.push(String(frame)),
    close: (slug) => {
      open = false
      peer.closed = slug
    },
    destroy: () => {},
    isOpen: () => open,
  }
  peer.connection = channels.admit(
    { clientId, expiresAtMs: clock.nowMs() + lifeMs, generation: 0 },
    writer,
  )
  return peer as Peer
}

async function arrive(clientId: string, lifeMs?: number): Promise<Peer> {
  const peer = admit(clientId, lifeMs)
  await clock.advance(0)
  return peer
}

const read = ({ frames }: Peer): Record<string, unknown>[] =>
  frames.map((frame) => JSON.parse(frame))
const seqs = (peer: Peer): unknown[] =>
  read(peer)
    .filter(({ type }) => type === 'broadcast')
    .map(({ seq }) => seq)

test('everybody is sent the same frame, and the receipt counts them', async () => {
  const [ann, bob] = [await arrive('ann'), await arrive('bob')]
  const receipt = await broadcasts.post('one')
  expect(receipt).toMatchObject({ seq: 1, connections: 2 })
  expect(JSON.parse(ann.frames[1] ?? '')).toEqual({
    type: 'broadcast',
    id: receipt.id,
    seq: 1,
    data: 'one',
  })
  expect(bob.frames[1]).toBe(ann.frames[1])
})

test('a broadcast to nobody is accepted with no connections', async () => {
  expect(await broadcasts.post('one')).toMatchObject({ seq: 1, connections: 0 })
})

test('the welcome has the counters, and the first broadcast on the connection follows them', async () => {
  const { epoch } = await broadcasts.post('before')
  const ann = await arrive('ann')
  await broadcasts.post('after')
  expect(read(ann)[0]).toMatchObject({ broadcast_epoch: epoch, broadcast_seq: 1 })
  expect(seqs(ann)).toEqual([2])
})

test('messages and broadcasts do not count for each other', async () => {
  const first = await channels.post('ann', 'one')
  await broadcasts.post('one')
  await broadcasts.post('two')
  const second = await channels.post('ann', 'two')
  expect(second).toMatchObject({ seq: 2, epoch: first.epoch })
  const third = await broadcasts.post('three')
  expect(third.seq).toBe(3)
  expect(third.epoch).not.toBe(first.epoch)
})

test('whoever comes while broadcasts are accepted misses none and gets none twice', async () => {
  const newcomers = []
  const posts = []
  for (let post = 1; post <= 8; post += 1) {
    posts.push(broadcasts.post(String(post)))
    newcomers.push(admit(`newcomer ${post}`))
    await Promise.resolve()
  }
  await Promise.all(posts)
  await clock.advance(0)
  await broadcasts.post('last')
  for (const newcomer of newcomers) {
    const from = Number(read(newcomer)[0]?.broadcast_seq) + 1
    const expected = Array.from({ length: 10 - from }, (_, at) => from + at)
    expect(seqs(newcomer)).toEqual(expected)
  }
})

test('a takeover splits the stream where the newer connection is welcomed', async () => {
  const older = await arrive('ann')
  await broadcasts.post('one')
  const newer = await arrive('ann')
  expect(await broadcasts.post('two')).toMatchObject({ connections: 1 })
  expect([seqs(older), seqs(newer)]).toEqual([[1], [2]])
})

test('an older connection that stays open is sent nothing more', async () => {
  rules.decideTakeover = () => undefined
  const older = await arrive('ann')
  await arrive('ann')
  expect(await broadcasts.post('one')).toMatchObject({ connections: 1 })
  expect(seqs(older)).toEqual([])
})

test('a connection is sent nothing before its welcome', async () => {
  const ann = admit('ann')
  await broadcasts.post('one')
  await clock.advance(0)
  expect(read(ann)[0]).toMatchObject({ type: 'welcome', broadcast_seq: seqs(ann).length ? 0 : 1 })
})

test('nothing is sent on a connection whose token has expired', async () => {
  rules.decideExpiryDelay = () => 60_000
  const ann = await arrive('ann', 1000)
  await clock.advance(1001)
  expect(await broadcasts.post('one')).toMatchObject({ connections: 0 })
  expect(seqs(ann)).toEqual([])
})

test('a connection is closed before a broadcast of another epoch is sent on it', async () => {
  const ann = await arrive('ann')
  ann.connection.broadcastEpoch += 1
  expect(await broadcasts.post('one')).toMatchObject({ connections: 0 })
  expect([ann.closed, seqs(ann)]).toEqual(['state-lost', []])
})

test('broadcasts that are posted at once are sent in the order of their seq', async () => {
  const ann = await arrive('ann')
  const receipts = await Promise.all(['a', 'b', 'c'].map((data) => broadcasts.post(data)))
  expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(read(ann).flatMap(({ type, data }) => (type === 'broadcast' ? [data] : []))).toEqual([
    'a',
    'b',
    'c',
  ])
})
