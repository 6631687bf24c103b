import { expect, test } from 'vitest'
import { findFreePort } from '../../demos/free-port.ts'
import { connect, post, readPresence, startNodes, takePastRepeats } from './start-nodes.ts'

const SHORT_GRACE = ['--presence-grace-seconds', '1']

test('a message reaches its client through whichever node, in the order of seq', async () => {
  const { nodes } = await startNodes(3)
  const ann = await connect(nodes[0], 'ann')
  const receipts = await Promise.all(
    Array.from({ length: 60 }, (_, at) => post(nodes[at % 3] ?? nodes[0], 'ann', String(at))),
  )
  expect(new Set(receipts.map(({ connections }) => connections))).toEqual(new Set([1]))
  const seqs = []
  for (let at = 0; at < 60; at += 1) seqs.push((await ann.next()).seq)
  expect(seqs).toEqual(Array.from({ length: 60 }, (_, at) => at + 1))
})

test('a takeover by another node splits the stream, and is no event', async () => {
  const { nodes, receiver } = await startNodes()
  const older = await connect(nodes[0], 'ann')
  await receiver.take('connected')
  await post(nodes[1], 'ann', 'one')
  const newer = await connect(nodes[1], 'ann')
  await post(nodes[0], 'ann', 'two')
  expect(await older.next()).toMatchObject({ seq: 1 })
  expect(await older.closed).toEqual([4009, 'replaced'])
  expect([newer.welcome.seq, (await newer.next()).seq]).toEqual([1, 2])
  newer.socket.close(1000)
  expect((await receiver.take('disconnected')).form).toMatchObject({ version: '2' })
})

test('a client that flits from node to node under posts misses nothing and gets nothing twice', async () => {
  const { nodes } = await startNodes(3)
  const messages: unknown[] = []
  const posted = (async () => {
    for (let at = 1; at <= 150; at += 1) await post(nodes[at % 3] ?? nodes[0], 'ann', String(at))
  })()
  let cursor = ''
  for (let turn = 0; messages.length < 150; turn += 1) {
    const query = cursor && `?after=${encodeURIComponent(cursor)}`
    const ann = await connect(nodes[turn % 3] ?? nodes[0], 'ann', query)
    if (turn > 0) expect(ann.welcome.resumed).toBe(true)
    cursor = String(ann.welcome.cursor)
    if (turn === 0)
      messages.push(...Array.from({ length: Number(ann.welcome.seq) }, (_, at) => at + 1))
    for (let taken = 0; taken < 12 && messages.length < 150; taken += 1) {
      const message = await ann.next()
      messages.push(message.seq)
      cursor = String(message.id)
    }
    ann.socket.terminate()
  }
  await posted
  expect(messages).toEqual(Array.from({ length: 150 }, (_, at) => at + 1))
})

test('a return within the grace through another node is no event', async () => {
  const { nodes, receiver } = await startNodes(2, { flags: SHORT_GRACE })
  const first = await connect(nodes[0], 'ann')
  await receiver.take('connected')
  first.socket.terminate()
  const second = await connect(nodes[1], 'ann')
  expect(await readPresence(nodes[0], 'ann')).toMatchObject({ online: true, version: 1 })
  second.socket.close(1000)
  expect((await receiver.take('disconnected')).form).toMatchObject({ version: '2' })
})

test('a node that dies under traffic loses nothing, and its clients are told lost once', async () => {
  const { nodes, receiver } = await startNodes(3, { flags: SHORT_GRACE })
  const [dying, first, second] = nodes
  const [ann, ben] = [await connect(dying, 'ann'), await connect(dying, 'ben')]
  await receiver.take('connected')
  await receiver.take('connected')
  await post(first, 'ann', 'one')
  const { id } = await ann.next()
  await dying.kill()
  await Promise.all([ann.closed, ben.closed])
  for (const data of ['two', 'three']) await post(second ?? first, 'ann', data)
  const back = await connect(first, 'ann', `?after=${String(id)}`)
  expect(back.welcome).toMatchObject({ resumed: true, seq: 1 })
  expect([(await back.next()).data, (await back.next()).data]).toEqual(['two', 'three'])
  const gone = await receiver.take('disconnected')
  expect(gone.form).toMatchObject({ from: 'ben', version: '2', reason: 'node-lost' })
  expect(await readPresence(first, 'ann')).toMatchObject({ online: true, version: 1 })
  back.socket.close(1000)
  expect((await receiver.take('disconnected')).form).toMatchObject({
    from: 'ann',
    reason: 'closed',
  })
})

test('a webhook that a node died with is sent by another, under the same id', async () => {
  const { nodes, receiver } = await startNodes(2, { flags: SHORT_GRACE })
  const ann = await connect(nodes[0], 'ann')
  const lost = await receiver.next()
  expect(lost.form).toMatchObject({ event: 'connected', from: 'ann' })
  await nodes[0].kill()
  await ann.closed
  const again = await receiver.next()
  expect(again.id).toBe(lost.id)
  again.answer()
})

// Nothing is taken over sooner of a node that is merely not heard of.
const LEASE_MS = 40_000

test(
  'a lone node that was killed sends the webhook that it died with as soon as it is started again',
  async () => {
    const flags = [
      '--port',
      String(await findFreePort('127.0.0.1')),
      '--node-lease-seconds',
      String(LEASE_MS / 1000),
    ]
    const { nodes, receiver, add } = await startNodes(1, { flags })
    const ann = await connect(nodes[0], 'ann')
    const { id } = await receiver.next()
    await nodes[0].kill()
    await ann.closed
    await add()
    const again = await receiver.next()
    expect(again.id).toBe(id)
    again.answer()
  },
  LEASE_MS,
)

test('a node that was stopped until it was taken for dead ends its connections, and delivers nothing late', async () => {
  const { nodes, receiver } = await startNodes(2, { flags: SHORT_GRACE })
  const ann = await connect(nodes[0], 'ann')
  const { id } = await receiver.take('connected')
  nodes[0].program.process.kill('SIGSTOP')
  const gone = await takePastRepeats(receiver, 'disconnected', new Set([id]))
  expect(gone.form).toMatchObject({ from: 'ann', reason: 'node-lost' })
  await post(nodes[1], 'ann', 'late')
  nodes[0].program.process.kill('SIGCONT')
  expect(await ann.closed).toEqual([4202, 'state-lost'])
  const back = await connect(nodes[0], 'ann', `?after=${String(ann.welcome.cursor)}`)
  expect([back.welcome.resumed, (await back.next()).data]).toEqual([true, 'late'])
})

test('a Redis that comes back with everything ends nothing, and what was posted meanwhile was refused', async () => {
  const redis = ['--appendonly', 'yes', '--appendfsync', 'always']
  const { nodes, store } = await startNodes(2, { redis })
  const ann = await connect(nodes[0], 'ann')
  await post(nodes[1], 'ann', 'one')
  await store.kill()
  await expect(post(nodes[1], 'ann', 'never')).rejects.toThrow('503 unavailable')
  await store.start()
  await until(() => post(nodes[1], 'ann', 'two'))
  expect([(await ann.next()).data, (await ann.next()).data]).toEqual(['one', 'two'])
})

test('a Redis that lost everything begins a larger epoch, and every connection ends', async () => {
  const { nodes, receiver, store } = await startNodes(2)
  const ann = await connect(nodes[0], 'ann')
  await receiver.take('connected')
  await store.restart()
  expect(await ann.closed).toEqual([4202, 'state-lost'])
  const back = await until(() => connect(nodes[1], 'ann'))
  expect(Number(back.welcome.epoch)).toBeGreaterThan(Number(ann.welcome.epoch))
  expect((await receiver.take('connected')).form).toMatchObject({ from: 'ann', version: '1' })
  expect(receiver.starts()).toBe(2)
})

/** Tries until it is done: each try waits for an answer of the service itself. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!/503|4101/.test(String(error))) throw error
    }
  }
}
