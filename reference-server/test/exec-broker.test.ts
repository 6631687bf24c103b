import { expect, test } from 'vitest'
import { readBrokerFlags } from '../src/exec/own-broker.ts'

test('each service has a file of its own, and they share any other broker', () => {
  const next = readBrokerFlags(['--broker', 'sqlite:./some.folder/channel.db'])
  expect(next()).toEqual(['--broker', 'sqlite:./some.folder/channel-1.db'])
  expect(next()).toEqual(['--broker', 'sqlite:./some.folder/channel-2.db'])
  expect(readBrokerFlags(['--broker', 'sqlite:/some.folder/channel'])()).toEqual([
    ...['--broker', 'sqlite:/some.folder/channel-1'],
  ])
  expect(readBrokerFlags([])()).toEqual(['--broker', 'memory'])
  expect(() => readBrokerFlags(['--port', '1'])).toThrow('--port')
})
