/** A service with its state in a file, killed without a word and started again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ServiceProcess, startProcess } from '../start-process.ts'
import { type Arrived, type Receiver, startReceiver } from '../start-receiver.ts'

/** Windows that a process on a busy machine starts well within. */
const PATIENCE = ['presence-grace', 'resume-window', 'idempotency-window'].flatMap((name) => [
  `--${name}-seconds`,
  '100',
])
const TTL_SECONDS = 600

let folder: string
let receiver: Receiver
let service: ServiceProcess
/** Ids of the webhooks that were taken in: they may come again, as nobody knows what a process did last. */
let heard: Set<string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'channel-broker-'))
  receiver = await startReceiver()
  heard = new Set()
  await start()
})

afterEach(async () => {
  await service.kill()
  receiver.stop()
  await rm(folder, { recursive: true })
})

async function start(timings = PATIENCE): Promise<void> {
  const broker = `sqlite:${join(folder, 'channel.db')}`
  const flags = [...receiver.flags, '--test-timings', ...timings, '--broker', broker]
  service = await startProcess(flags)
}

async function restart(timings = PATIENCE): Promise<void> {
  await service.kill()
  await start(timings)
}

/** The next webhook that was not heard before. */
async function next(): Promise<Arrived> {
  for (;;) {
    const webhook = await receiver.next()
    if (!heard.has(webhook.id)) return webhook
    webhook.answer()
  }
}

/** As `next`, of this event, taken in. */
async function take(event: string): Promise<Arrived> {
  const webhook = await next()
  expect(webhook.form.event).toBe(event)
  heard.add(webhook.id)
  webhook.answer()
  return webhook
}

async function online(clientId: string): Promise<Record<string, unknown>> {
  const client = service.connect(await service.mint(clientId, TTL_SECONDS))
  const welcome = await client.next()
  await take('connected')
  return welcome
}

async function read(clientId: string): Promise<unknown> {
  return (await service.call('GET', `/v1/presence?client_id=${clientId}`)).json()
}

const post = (clientId: string, data: string) =>
  service.post('/v1/messages', { client_id: clientId, data })

test('a client that comes back with its old token and cursor goes on where it was, and nobody hears of it', async () => {
  const token = await service.mint('ann', TTL_SECONDS)
  const first = service.connect(token)
  const { cursor } = await first.next()
  await take('connected')
  const before = await read('ann')
  const receipt = await post('ann', 'while it was connected')
  await restart()
  expect(await read('ann')).toEqual({
    client_id: 'ann',
    online: true,
    epoch: receipt.epoch,
    version: 1,
  })
  await post('ann', 'while it was away')
  const again = service.connect(token, { query: `?after=${cursor}` })
  expect(await again.next()).toMatchObject({ resumed: true, epoch: receipt.epoch, seq: 0 })
  expect(await again.next()).toMatchObject({ seq: 1, id: receipt.id })
  expect(await again.next()).toMatchObject({ seq: 2, data: 'while it was away' })
  expect(await read('ann')).toMatchObject({
    version: 1,
    since: (before as { since: string }).since,
  })
  again.socket.close(1000)
  const { form } = await take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'closed' })
  expect(receiver.starts()).toBe(1)
})

test('who does not come back is reported as lost with the node, once, when the grace is over', async () => {
  const { connection_id } = await online('ann')
  await restart([])
  const { form } = await take('disconnected')
  expect(form).toMatchObject({ from: 'ann', version: '2', reason: 'node-lost', connection_id })
  expect(await read('ann')).toMatchObject({ online: false, version: 2 })
  await restart()
  await online('ben')
  expect(receiver.starts()).toBe(1)
})

test('a webhook that was not answered when the process died is sent again under the same id', async () => {
  const client = service.connect(await service.mint('ann', TTL_SECONDS))
  const welcome = await client.next()
  const attempt = await next()
  await restart([])
  const again = await next()
  expect(again.id).toBe(attempt.id)
  expect(again.form).toEqual(attempt.form)
  expect(again.form).toMatchObject({ event: 'connected', connection_id: welcome.connection_id })
  again.answer()
  heard.add(again.id)
  await take('disconnected')
})

test('a departure that the application did not hear of is told after the restart', async () => {
  const client = service.connect(await service.mint('ann', TTL_SECONDS))
  await client.next()
  await take('connected')
  client.socket.close(1000)
  const attempt = await next()
  await restart()
  const again = await take('disconnected')
  expect([again.id, again.form.reason]).toEqual([attempt.id, 'closed'])
})

test('what was revoked stays revoked, and what was not stays good', async () => {
  const [dead, live] = [
    await service.mint('ann', TTL_SECONDS),
    await service.mint('ben', TTL_SECONDS),
  ]
  await service.post('/v1/disconnects', { client_id: 'ann', revoke_tokens: true })
  const newer = await service.mint('ann', TTL_SECONDS)
  await restart()
  expect(await service.connect(dead).closed).toEqual([4301, 'token-invalid'])
  expect(await service.connect(live).next()).toMatchObject({ type: 'welcome' })
  await take('connected')
  expect(await service.connect(newer).next()).toMatchObject({ type: 'welcome' })
  await take('connected')
})

test('a post with a key is answered as it was, and carried out once', async () => {
  const send = async (data: string): Promise<[number, unknown]> => {
    const body = { client_id: 'ann', data }
    const answer = await service.call('POST', '/v1/messages', body, { 'idempotency-key': 'one' })
    return [answer.status, await answer.json()]
  }
  const first = await send('x')
  expect(first[0]).toBe(200)
  await restart()
  expect(await send('x')).toEqual(first)
  expect(await send('y')).toMatchObject([422, { code: 'idempotency-key-reused' }])
  expect(await post('ann', 'z')).toMatchObject({ seq: 2 })
})

test('broadcasts go on in their epoch, and are replayed', async () => {
  const client = service.connect(await service.mint('ann', TTL_SECONDS))
  const { broadcast_cursor: cursor } = await client.next()
  await take('connected')
  const first = await service.post('/v1/broadcasts', { data: 'a' })
  await restart()
  expect(await service.post('/v1/broadcasts', { data: 'b' })).toMatchObject({
    epoch: first.epoch,
    seq: 2,
  })
  const again = service.connect(await service.mint('ann', TTL_SECONDS), {
    query: `?after_broadcast=${cursor}`,
  })
  expect(await again.next()).toMatchObject({ resumed: true, broadcast_seq: 0 })
  expect(await again.next()).toMatchObject({ type: 'broadcast', data: 'a' })
  expect(await again.next()).toMatchObject({ type: 'broadcast', data: 'b' })
})

test('a socket that was open when the process died is closed with 1006 after the restart', async () => {
  const { url } = await service.post('/v1/sockets', { path: 'room/1' })
  const page = new WebSocket(String(url))
  const opened = await take('handshake')
  await restart()
  const closed = await next()
  closed.answer(503)
  expect(closed.form).toMatchObject({
    ...{ from: opened.form.from, path: 'room/1', epoch: opened.form.epoch },
    ...{ code: '1006', reason: '' },
  })
  const again = await take('closed')
  expect(again.id).toBe(closed.id)
  page.close()
  await restart()
  await online('ann')
})

test('an end that the application did not hear of is told as it was', async () => {
  const { url } = await service.post('/v1/sockets', { path: 'room/1' })
  const page = new WebSocket(String(url))
  await take('handshake')
  page.close(3001, 'bye')
  const attempt = await next()
  await restart()
  const { id, form } = await take('closed')
  expect([id, form.code, form.reason]).toEqual([attempt.id, '3001', 'bye'])
})

test('a drain is no end: who is back within the grace after the restart was never away', async () => {
  const client = service.connect(await service.mint('ann', TTL_SECONDS))
  const { cursor } = await client.next()
  await take('connected')
  const token = await service.mint('ann', TTL_SECONDS)
  const ben = await online('ben')
  expect(await service.end()).toBe(0)
  await start([...PATIENCE, '--presence-grace-seconds', '5'])
  const again = service.connect(token, { query: `?after=${cursor}` })
  expect(await again.next()).toMatchObject({ resumed: true })
  const { form } = await take('disconnected')
  const { connection_id } = ben
  expect(form).toMatchObject({ from: 'ben', version: '2', reason: 'draining', connection_id })
  expect(await read('ann')).toMatchObject({ online: true, version: 1 })
  expect(receiver.starts()).toBe(1)
})

test('a second process on the same file is refused in one line', async () => {
  const path = join(folder, 'channel.db')
  const failed = await startProcess(['--broker', `sqlite:${path}`]).catch(({ message }) => message)
  expect(failed).toBe(
    `the program ended: channel-server: --broker sqlite:${path}: another process has it open; end that one, or name another file\n`,
  )
})
