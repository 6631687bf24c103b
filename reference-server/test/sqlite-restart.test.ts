/** A service on a file in which an earlier run left something to tell. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteBroker } from '../src/brokers/sqlite.ts'
import { makeBrokerParts } from './broker-parts.ts'
import { type FakeClock, makeFakeClock } from './fake-clock.ts'
import { type Receiver, startReceiver } from './start-receiver.ts'
import { startService, type TestService } from './start-service.ts'

const ANN = { clientId: 'ann', connectionId: 'one', atMs: 1000 }

let folder: string
let path: string
let clock: FakeClock
let receiver: Receiver
let service: TestService | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'channel-broker-'))
  path = join(folder, 'channel.db')
  clock = makeFakeClock()
  receiver = await startReceiver()
})

afterEach(async () => {
  await service?.stop()
  receiver.stop()
  await rm(folder, { recursive: true })
})

async function start(...flags: string[]): Promise<void> {
  const broker = ['--broker', `sqlite:${path}`]
  service = await startService([...receiver.flags, ...broker, ...flags], { clock })
}

test('where there is no grace, what was owed of a client that is gone now is attempted first, and never behind', async () => {
  const earlier = openSqliteBroker(path, makeBrokerParts(clock))
  await earlier.arrive(ANN)
  await earlier.noteAttempted('ann', { ...(await earlier.open('ann')), version: 1 })
  await earlier.stop()
  await start('--presence-grace-seconds', '0')
  expect((await receiver.take('connected')).form).toMatchObject({ from: 'ann', version: '1' })
  const { form } = await receiver.take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'node-lost' })
})

test('what the earlier run owed is attempted at once, and not when some wait is over', async () => {
  const earlier = openSqliteBroker(path, makeBrokerParts(clock))
  await earlier.arrive(ANN)
  await earlier.depart({ ...ANN, reason: 'closed' })
  await earlier.noteAttempted('ann', { ...(await earlier.open('ann')), version: 1 })
  await earlier.stop()
  await start()
  const { form } = await receiver.take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'closed' })
  expect(receiver.starts()).toBe(1)
})
