import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { openSqliteBroker } from '../../src/brokers/sqlite.ts'
import { openSqliteFile } from '../../src/brokers/sqlite-file.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'

let folder: string
let path: string
let opened: Broker[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'channel-broker-'))
  path = join(folder, 'channel.db')
  opened = []
})

afterEach(async () => {
  for (const broker of opened) await broker.stop()
  await rm(folder, { recursive: true })
})

function open(): Broker {
  const broker = openSqliteBroker(path, makeBrokerParts(makeFakeClock()))
  opened.push(broker)
  return broker
}

test('the file, and what lies beside it, is for its owner alone, also where it was for everybody', async () => {
  await writeFile(path, '', { mode: 0o666 })
  await open().keepSecret('signing-key', 'secret')
  for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('while a broker has the file nobody else can open it, and afterwards anybody can', async () => {
  const first = open()
  expect(open).toThrow(`--broker sqlite:${path}: another process has it open`)
  await first.accept('ann', 'x')
  await first.stop()
  expect(await open().accept('ann', 'x')).toMatchObject({ seq: 2 })
})

test('a file that somebody else has locked is refused', () => {
  const other = new DatabaseSync(path)
  other.exec('BEGIN EXCLUSIVE')
  expect(open).toThrow('another process has it open')
  other.close()
  expect(open).not.toThrow()
})

test('a file that is no database is refused', async () => {
  await writeFile(path, 'garbage '.repeat(1000))
  expect(open).toThrow('is damaged, or no file of this server')
})

test('a database that is damaged inside is refused', async () => {
  const broker = open()
  for (let at = 0; at < 100; at += 1) await broker.open(`client ${at}`.repeat(20))
  await broker.stop()
  const db = new DatabaseSync(path)
  // An index that says something else than its table.
  db.enableDefensive(false)
  db.exec('PRAGMA writable_schema = 1')
  db.exec("DELETE FROM sqlite_schema WHERE name = 'online_clients'")
  db.close()
  expect(open).toThrow('is damaged')
})

test('a database of another program is refused and left as it is', async () => {
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE mine (a TEXT)')
  other.close()
  await chmod(path, 0o644)
  const before = await readFile(path)
  expect(open).toThrow('is a database of another program')
  expect((await stat(path)).mode & 0o777).toBe(0o644)
  expect((await readFile(path)).equals(before)).toBe(true)
  const again = new DatabaseSync(path)
  expect(again.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'mine' }])
  again.close()
})

test('a file of another version is refused', async () => {
  await open().stop()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 999')
  db.close()
  expect(open).toThrow('has version 999, and this server reads 1')
})

test('a folder, and a file in a folder that does not exist, are refused', () => {
  path = folder
  expect(open).toThrow(`--broker sqlite:${folder}: is a folder`)
  path = join(folder, 'nowhere', 'channel.db')
  expect(open).toThrow('its folder does not exist')
})

test('what is asked of a broker that was stopped is refused', async () => {
  const broker = open()
  await broker.stop()
  await broker.stop()
  await expect(broker.accept('ann', 'x')).rejects.toMatchObject({ slug: 'unavailable' })
  await expect(broker.read('ann')).rejects.toMatchObject({ slug: 'unavailable' })
})

/** Changes what the last run left, as if the machine had been started since. */
function changeLastRun(change: string): void {
  const db = new DatabaseSync(path)
  db.exec(`UPDATE service SET ${change}`)
  db.close()
}

test('a run that the end of the machine cut off is not trusted: all but secrets begins anew, and tokens die', async () => {
  const first = open()
  await first.keepSecret('signing-key', 'secret')
  const before = await first.accept('ann', 'x')
  await first.noteStarted()
  await first.stop()
  changeLastRun("boot = 'another', ended = 0")
  const broker = open()
  const { epoch } = await broker.accept('ann', 'x')
  expect(epoch).toBeGreaterThan(before.epoch)
  expect((await broker.began()).told).toBe(false)
  expect((await broker.began()).epochFloor).toBeGreaterThan(before.epoch)
  expect(await broker.keepSecret('signing-key', 'new')).toBe('secret')
})

test.each([
  ["boot = 'another'", 'ended well before the machine did'],
  ['ended = 0', 'was killed while the machine went on'],
])('a run is trusted where %s, as one that %s', async (change) => {
  const first = open()
  const { epoch } = await first.accept('ann', 'x')
  await first.stop()
  changeLastRun(change)
  expect(await open().accept('ann', 'x')).toMatchObject({ epoch, seq: 2 })
})

test('a file that cannot be written is refused at the start', () => {
  const parts = makeBrokerParts(makeFakeClock())
  const openFull = (): Broker =>
    openSqliteBroker(path, parts, (place, fileParts) => {
      const file = openSqliteFile(place, fileParts)
      file.db.exec('PRAGMA query_only = 1')
      return file
    })
  expect(openFull).toThrow(`--broker sqlite:${path}: cannot be written; is the disk full?`)
  expect(open).not.toThrow()
})
