import { afterAll, beforeAll } from 'vitest'
import type { Broker } from '../../src/broker-port.ts'
import { openRedisBroker } from '../../src/brokers/redis.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { testContract } from './contract.ts'
import type { Engine } from './engine.ts'
import { type RedisStore, startRedisStore } from './redis-store.ts'

let store: RedisStore
let databases = 0

beforeAll(async () => {
  store = await startRedisStore(['--databases', '1000'])
})
afterAll(() => store.stop())

/** An engine on a database that nobody else uses. */
async function makeRedisEngine(): Promise<Engine> {
  databases += 1
  const url = `${store.url}/${databases}`
  const clock = { ...makeFakeClock(), standsStill: true }
  const opened: Broker[] = []
  const open: Engine['open'] = async (others) => {
    const broker = await openRedisBroker(url, makeBrokerParts(clock, others))
    opened.push(broker)
    return broker
  }
  return {
    clock,
    open,
    reopen: open,
    dispose: async () => {
      await Promise.all(opened.map((broker) => broker.stop()))
    },
  }
}

testContract('a broker in Redis', false, makeRedisEngine)
