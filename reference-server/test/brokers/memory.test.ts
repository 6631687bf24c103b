import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { testContract } from './contract.ts'

testContract('a broker in memory', false, async () => {
  const clock = makeFakeClock()
  const open = async (others = {}) => makeMemoryBroker(makeBrokerParts(clock, others))
  return { clock, open, reopen: open, dispose: async () => {} }
})
