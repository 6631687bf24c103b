import { expect, test } from 'vitest'
import { readBrokerFlags } from '../src/exec/own-broker.ts'

test('each service has a file or a database of its own', () => {
  const next = readBrokerFlags(['--broker', 'sqlite:./some.folder/channel.db'])
  expect(next()).toEqual(['--broker', 'sqlite:./some.folder/channel-1.db'])
  expect(next()).toEqual(['--broker', 'sqlite:./some.folder/channel-2.db'])
  expect(readBrokerFlags(['--broker', 'sqlite:/some.folder/channel'])()).toEqual([
    ...['--broker', 'sqlite:/some.folder/channel-1'],
  ])
  const ofRedis = readBrokerFlags(['--broker', 'redis://127.0.0.1:6379'])
  expect([ofRedis()[1], ofRedis()[1]]).toEqual([
    'redis://127.0.0.1:6379/0',
    'redis://127.0.0.1:6379/1',
  ])
  expect(readBrokerFlags([])()).toEqual(['--broker', 'memory'])
  expect(() => readBrokerFlags(['--port', '1'])).toThrow('--port')
})
