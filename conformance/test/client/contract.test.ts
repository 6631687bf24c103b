import { expect, test } from 'vitest'
import { readReady, readTold, writeLine } from '../../src/client/contract.ts'
import { makeAdapter } from '../../src/client/target/adapter.ts'

test('a greeting has a name and a version, or words in their place', () => {
  expect(readReady('{"event":"ready","name":"n","version":"1"}')).toEqual({
    name: 'n',
    version: '1',
  })
  expect(readReady('{"event":"ready"}')).toEqual({ name: 'unnamed', version: '' })
  expect(readReady('{"event":"open","id":"c1"}')).toBeUndefined()
  expect(readReady('hello')).toBeUndefined()
})

test('what is told of a channel keeps members that nobody knows', () => {
  const line = '{"event":"message","id":"c1","data":"x","later":1}'
  expect(readTold(line)).toEqual({ what: 'message', id: 'c1', members: { data: 'x', later: 1 } })
})

test('a line without an event or an id says nothing of a channel', () => {
  for (const line of ['', '[]', 'null', '{"event":"open"}', '{"id":"c1"}', '{"event":1,"id":"c1"}'])
    expect(readTold(line)).toBeUndefined()
})

test('an adapter is ready with its greeting, and tells each listener of its own channel', async () => {
  const written: string[] = []
  const making = makeAdapter({
    write: (line) => written.push(line),
    betweenMs: 0,
    stop: async () => {},
  })
  making.take('noise before the greeting')
  making.take('{"event":"ready","name":"n","version":"1"}')
  const adapter = await making.ready
  const heard: string[] = []
  adapter.listen('c1', ({ what }) => heard.push(what))
  making.take('{"event":"open","id":"c1"}')
  making.take('{"event":"close","id":"c2"}')
  adapter.send({ command: 'close', id: 'c1' })
  expect(heard).toEqual(['open'])
  expect(written).toEqual([writeLine({ command: 'close', id: 'c1' })])
})

test('an adapter that ends before its greeting says why', async () => {
  const making = makeAdapter({ write: () => {}, betweenMs: 0, stop: async () => {} })
  making.end('it has ended (1)')
  await expect(making.ready).rejects.toThrow('it has ended (1)')
})
