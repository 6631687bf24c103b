import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { openSqliteFile } from '../../src/brokers/sqlite-file.ts'
import { makeSqliteGenerations } from '../../src/brokers/sqlite-generations.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { silentLog } from '../start-service.ts'
import { ANN } from './contract-counting.ts'
import { holding } from './contract-holding.ts'
import { makeSqliteEngine } from './sqlite-engine.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let engine: Awaited<ReturnType<typeof makeSqliteEngine>>

beforeEach(async () => {
  engine = await makeSqliteEngine()
})

afterEach(() => engine.dispose())

/** Lets a client come and go, of which the application has heard that it came. */
async function comeAndGo(broker: Broker): Promise<{ epoch: number; version: number }> {
  const { epoch } = await broker.arrive(ANN)
  await broker.noteAttempted('ann', { epoch, version: 1 })
  await broker.noteAcknowledged('ann', { epoch, version: 1 })
  await broker.depart({ ...ANN, reason: 'lost' })
  return { epoch, version: 2 }
}

test('a going that nobody had time to tell is owed however long that lasts, and forgotten once it was told', async () => {
  const mark = await comeAndGo(await engine.open())
  for (let hours = 0; hours < 12; hours += 3) await engine.clock.advance(3 * HOUR_MS)
  let broker = await engine.reopen()
  expect(await broker.owed()).toMatchObject([{ state: mark }])
  await broker.noteAttempted('ann', mark)
  await broker.noteAcknowledged('ann', mark)
  await engine.clock.advance(3 * HOUR_MS)
  broker = await engine.reopen()
  expect((await broker.read('ann')).epoch).toBeGreaterThan(mark.epoch)
})

test('a going that nobody has to hear of is forgotten', async () => {
  const broker = await engine.open()
  const { epoch } = await broker.arrive(ANN)
  await broker.depart({ ...ANN, reason: 'lost' })
  await engine.clock.advance(3 * HOUR_MS)
  expect((await broker.read('ann')).epoch).toBeGreaterThan(epoch)
})

test('however much is over at once, it is forgotten in small steps, and all of it', async () => {
  const gauges = new Map<string, () => number>()
  const metrics = {
    count: () => {},
    gauge: (name: string, read: () => number) => void gauges.set(name, read),
  }
  const broker = await engine.open({ ...holding({}), metrics })
  const held = (): number => gauges.get('resume_messages_held')?.() ?? Number.NaN
  const ids = Array.from({ length: 1200 }, (_, at) => `client ${at}`)
  await Promise.all(ids.map((id) => broker.accept(id, 'x')))
  await engine.clock.advance(119_000)
  expect(held()).toBe(ids.length)
  let largest = 0
  for (let before = held(); before > 0; before = held()) {
    await engine.clock.advance(10)
    largest = Math.max(largest, before - held())
  }
  expect(largest).toBeLessThanOrEqual(ids.length / 4)
})

function openGenerations(most: number) {
  const { clock } = engine
  const undone: (() => void)[] = []
  const file = openSqliteFile(engine.path, {
    clock,
    log: silentLog,
    onBegin: () => {},
    onUndone: () => {
      for (const undo of undone) undo()
    },
    onWritten: () => {},
  })
  const generations = makeSqliteGenerations(file.db, { clock, rules: makeRules() }, most)
  undone.push(generations.undo)
  return { file, generations }
}

test('revocations are remembered for a day, and as many as may be, also where some were not written', async () => {
  // The tables, and the one row of the service.
  await (await engine.open({ revokes: true })).stop()
  const { file, generations } = openGenerations(2)
  const revoke = (clientId: string) => file.write(() => generations.begin(clientId))
  const ann = await revoke('ann')
  const lost = file.write(() => {
    generations.begin('nobody')
    throw new Error('a defect')
  })
  await expect(lost).rejects.toThrow('a defect')
  const ben = await revoke('ben')
  expect([generations.of('ann'), generations.of('ben')]).toEqual([ann, ben])
  const again = await revoke('ann')
  expect([generations.of('ann'), generations.of('ben')]).toEqual([again, ben])
  await engine.clock.advance(DAY_MS + 1)
  const cat = await revoke('cat')
  expect(generations.of('cat')).toBe(cat)
  expect(generations.of('ann')).toBeLessThan(ann)
  await revoke('dan')
  const floor = await revoke('eve')
  expect(['ann', 'cat', 'dan', 'eve'].map(generations.of)).toEqual(new Array(4).fill(floor))
  file.stop()
})
