import { open as openFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { openSqliteBroker } from '../../src/brokers/sqlite.ts'
import { openSqliteFile, type SqliteFile } from '../../src/brokers/sqlite-file.ts'
import type { Log } from '../../src/ports.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { silentLog } from '../start-service.ts'
import { holding } from './contract-holding.ts'
import { ANSWER, POST } from './contract-posts.ts'
import { makeSqliteEngine } from './sqlite-engine.ts'

const LARGE = 'x'.repeat(20_000)

let engine: Awaited<ReturnType<typeof makeSqliteEngine>>
let broker: Broker
let file: SqliteFile
let lines: string[]

beforeEach(async () => {
  engine = await makeSqliteEngine()
  lines = []
  const log: Log = {
    ...silentLog,
    info: (_fields, message) => lines.push(message),
    error: (_fields, message) => lines.push(message),
  }
  broker = openSqliteBroker(
    engine.path,
    makeBrokerParts(engine.clock, { ...holding(), log }),
    (path, parts) => {
      file = openSqliteFile(path, parts)
      return file
    },
  )
})

afterEach(async () => {
  await broker.stop()
  await engine.dispose()
})

function fillDisk(): void {
  const { page_count: pages } = file.db.prepare('PRAGMA page_count').get() as { page_count: number }
  file.db.exec(`PRAGMA max_page_count = ${pages}`)
}

function freeDisk(): void {
  file.db.exec('PRAGMA max_page_count = 1000000')
}

test('what does not fit on the disk is refused as unavailable, and nothing of it has happened', async () => {
  await broker.accept('ann', 'x')
  const before = await broker.read('ann')
  await broker.claim(POST)
  fillDisk()
  const refused = { slug: 'unavailable', extra: { retryAfterSeconds: 1 } }
  await expect(broker.accept('ann', LARGE, { ...POST, item: 0 })).rejects.toMatchObject(refused)
  await expect(broker.keepAnswer(POST, { ...ANSWER, body: { LARGE } }, 3)).rejects.toMatchObject(
    refused,
  )
  expect(await broker.read('ann')).toEqual(before)
  freeDisk()
  expect(await broker.claim(POST)).toMatchObject({ first: undefined, results: 0 })
  expect(await broker.accept('ann', LARGE, { ...POST, item: 0 })).toEqual({
    ...{ epoch: before.epoch, seq: 2, version: 0 },
    stored: true,
  })
})

test('it is not ready from the first failure until something was written, and says so once each', async () => {
  expect(broker.isReady()).toBe(true)
  fillDisk()
  for (let at = 0; at < 3; at += 1)
    await Promise.resolve(broker.accept('ann', LARGE)).catch(() => {})
  expect(broker.isReady()).toBe(false)
  expect(lines).toEqual(['the state cannot be kept: calls are refused until it can'])
  freeDisk()
  await broker.accept('ann', LARGE)
  expect(broker.isReady()).toBe(true)
  expect(lines.slice(1)).toEqual(['the state can be kept again'])
})

test('it becomes ready again where nobody asks, and waits for nothing afterwards', async () => {
  const waiting = engine.clock.waiting()
  fillDisk()
  await Promise.resolve(broker.accept('ann', LARGE)).catch(() => {})
  freeDisk()
  await engine.clock.advance(1001)
  expect(broker.isReady()).toBe(true)
  expect(engine.clock.waiting()).toBe(waiting)
})

test('what is held is counted right after a failure', async () => {
  await broker.stop()
  let held = 0
  const gauges = new Map<string, () => number>()
  const metrics = {
    count: () => {},
    gauge: (name: string, read: () => number) => void gauges.set(name, read),
  }
  broker = openSqliteBroker(
    engine.path,
    makeBrokerParts(engine.clock, { ...holding(), metrics }),
    (path, parts) => {
      file = openSqliteFile(path, parts)
      return file
    },
  )
  await broker.accept('ann', 'x')
  fillDisk()
  await Promise.resolve(broker.accept('ann', LARGE)).catch(() => {
    held = gauges.get('resume_bytes_held')?.() ?? 0
  })
  expect(held).toBe(1)
})

test('a file that is damaged while it is open is unavailable, and well again when it is what it was', async () => {
  for (let at = 0; at < 400; at += 1) await broker.accept(`client ${at}`, LARGE)
  file.db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = 10')
  const handle = await openFile(engine.path, 'r+')
  const { size } = await handle.stat()
  const { buffer: bytes } = await handle.read(Buffer.alloc(size), 0, size, 0)
  await handle.write(Buffer.alloc(size, 'garbage'), 0, size, 0)
  const asked = await Promise.allSettled(
    Array.from({ length: 400 }, (_, at) => broker.accept(`client ${at}`, 'y')),
  )
  const refused = asked.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  for (const { reason } of refused as PromiseRejectedResult[])
    expect(reason).toMatchObject({ slug: 'unavailable' })
  expect(broker.isReady()).toBe(false)
  await handle.write(bytes, 0, size, 0)
  await handle.close()
  await setImmediate()
  for (let at = 0; at < 8 && !broker.isReady(); at += 1) await engine.clock.advance(30_000)
  expect(broker.isReady()).toBe(true)
  expect(await broker.accept('client 399', 'z')).toMatchObject({ stored: true })
})
