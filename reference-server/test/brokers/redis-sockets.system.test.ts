import { expect, onTestFinished, test } from 'vitest'
import { type OpenPage, openPage } from '../open-page.ts'
import type { ServiceProcess } from '../start-process.ts'
import { type Nodes, startNodes } from './start-nodes.ts'

/** A page whose handshake was accepted, and the id of its socket. */
async function accept(
  node: ServiceProcess,
  { receiver }: Nodes,
  minting = node,
): Promise<OpenPage & { id: string; epoch: number }> {
  const { url } = await minting.post('/v1/sockets', { path: 'room' })
  const { port } = new URL(node.baseUrl)
  const page = openPage(Object.assign(new URL(String(url)), { port }).href)
  onTestFinished(() => page.socket.terminate())
  const { form } = await receiver.take('handshake')
  const [id, epoch] = [String(form.from), Number(form.epoch)]
  await page.opened
  return { ...page, id, epoch }
}

const send = (node: ServiceProcess, sockets: unknown, body: string) =>
  node.post('/v1/sockets/messages', { sockets, body })

const broadcast = (node: ServiceProcess, body: string) =>
  node.post('/v1/sockets/broadcasts', { body })

test('a text reaches its socket through whichever node, in the order of the calls', async () => {
  const setting = await startNodes(3)
  const [one, two, three] = setting.nodes
  const page = await accept(one, setting, two)
  const sent = Array.from({ length: 30 }, (_, at) => `${at} with spaces, \n and ünïcode`)
  for (const [at, body] of sent.entries()) {
    const answer = await send([one, two, three ?? one][at % 3] ?? one, page.id, body)
    expect(answer).toEqual({ results: [{ socket: page.id, delivered: true }] })
  }
  expect(await page.until(30)).toEqual(sent)
})

test('one send reaches sockets of several nodes, and says of each entry whether it was taken', async () => {
  const setting = await startNodes(3)
  const [one, two, three] = setting.nodes
  const [a, b] = [await accept(one, setting), await accept(two, setting)]
  const ids = [b.id, 'nobody-has-had-this-id', a.id, 'no id, at all', b.id]
  const delivered = [true, false, true, false, true]
  for (const node of [one, two, three ?? one]) {
    const { results } = await send(node, ids, 'x')
    expect(results).toEqual(ids.map((socket, at) => ({ socket, delivered: delivered[at] })))
  }
  expect([await a.until(3), await b.until(6)].map(({ length }) => length)).toEqual([3, 6])
  b.socket.close(1000)
  await setting.receiver.take('closed')
  const { results } = await send(one, [a.id, b.id], 'x')
  expect(results).toMatchObject([{ delivered: true }, { delivered: false }])
})

test('a broadcast to sockets reaches those of every node once, and counts them', async () => {
  const setting = await startNodes(3)
  const [one, two, three] = setting.nodes
  const pages = [await accept(one, setting), await accept(two, setting), await accept(two, setting)]
  expect(await broadcast(three ?? one, 'to all')).toEqual({ sockets: 3 })
  expect(await broadcast(two, 'again')).toEqual({ sockets: 3 })
  for (const page of pages) expect(await page.until(2)).toEqual(['to all', 'again'])
})

test('text that another node was given before the answer to the handshake is held, and follows it', async () => {
  const setting = await startNodes(2)
  const { url } = await setting.nodes[0].post('/v1/sockets', {})
  const page = openPage(String(url))
  onTestFinished(() => page.socket.terminate())
  const handshake = await setting.receiver.next()
  const { results } = await send(setting.nodes[1], handshake.form.from, 'held')
  expect(results).toMatchObject([{ delivered: true }])
  handshake.answer()
  expect(await page.until(1)).toEqual(['held'])
})

test('sockets of a node that was killed have one closed each, with 1006, from another', async () => {
  const setting = await startNodes(3)
  const [one, two, three] = setting.nodes
  const lost = [await accept(one, setting), await accept(one, setting)]
  const kept = await accept(two, setting)
  await one.kill()
  const closed = [await setting.receiver.take('closed'), await setting.receiver.take('closed')]
  const told = closed.map(({ form }) => [form.from, form.path, Number(form.epoch), form.code])
  const owed = lost.map(({ id, epoch }) => [id, 'room', epoch, '1006'])
  expect(told.sort()).toEqual(owed.sort())
  const ids = [kept.id, ...lost.map(({ id }) => id)]
  const { results } = await send(three ?? two, ids, 'on')
  expect(results).toMatchObject([{ delivered: true }, { delivered: false }, { delivered: false }])
  expect(await broadcast(three ?? two, 'all')).toEqual({ sockets: 1 })
  expect(await kept.until(2)).toEqual(['on', 'all'])
})

test('a closed that a node died with keeps its code and its id', async () => {
  const setting = await startNodes(2)
  const page = await accept(setting.nodes[0], setting)
  page.socket.close(4000, 'enough')
  const first = await setting.receiver.next()
  await setting.nodes[0].kill()
  const again = await setting.receiver.take('closed')
  expect([again.id, again.form]).toEqual([first.id, first.form])
  expect(again.form).toMatchObject({ code: '4000', reason: 'enough' })
})

test('a closed that nobody had answered when the only node ended is sent by the next, and at once', async () => {
  const flags = ['--node-lease-seconds', '40', '--webhook-retry-seconds', '30']
  const setting = await startNodes(1, { flags })
  const [only] = setting.nodes
  const page = await accept(only, setting)
  const ended = only.end()
  expect(await page.closed).toEqual([4200, 'draining'])
  const first = await setting.receiver.next()
  expect([first.form.event, await ended]).toEqual(['closed', 0])
  await setting.add()
  const again = await setting.receiver.take('closed')
  expect(again.id).toBe(first.id)
  expect(again.form).toMatchObject({ from: page.id, code: '4200', reason: 'draining' })
})

test('a node that was stopped until it was taken for dead ends its sockets, and says no more of them', async () => {
  const setting = await startNodes(2)
  const [stopped, other] = setting.nodes
  const page = await accept(stopped, setting)
  stopped.program.process.kill('SIGSTOP')
  page.socket.send('heard by nobody')
  expect((await setting.receiver.take('closed')).form).toMatchObject({ code: '1006' })
  stopped.program.process.kill('SIGCONT')
  expect(await page.closed).toEqual([4202, 'state-lost'])
  const next = await accept(stopped, setting)
  expect(await send(other, next.id, 'on')).toMatchObject({ results: [{ delivered: true }] })
})

test('a node that does not answer makes a send to its sockets unavailable, and one to others goes on', async () => {
  const setting = await startNodes(2, { flags: ['--node-lease-seconds', '10'] })
  const [stopped, other] = setting.nodes
  const [theirs, ours] = [await accept(stopped, setting), await accept(other, setting)]
  stopped.program.process.kill('SIGSTOP')
  onTestFinished(() => void stopped.program.process.kill('SIGCONT'))
  expect(await send(other, ours.id, 'on')).toMatchObject({ results: [{ delivered: true }] })
  expect(await send(other, theirs.id, 'x')).toMatchObject({ status: 503, code: 'unavailable' })
  expect(await broadcast(other, 'x')).toMatchObject({ status: 503, code: 'unavailable' })
})

test('a Redis that lost everything ends every socket, and what opens then has a larger epoch', async () => {
  const setting = await startNodes(2)
  const page = await accept(setting.nodes[0], setting)
  await setting.store.restart()
  expect(await page.closed).toEqual([4202, 'state-lost'])
  // Until that node has a place in the store again.
  while ((await broadcast(setting.nodes[1], 'x')).status !== undefined);
  const next = await accept(setting.nodes[1], setting)
  expect(next.epoch).toBeGreaterThan(page.epoch)
})
