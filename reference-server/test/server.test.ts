import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import type { PresencePage } from '@channel-protocol/schemas/types'
import { validate } from '@channel-protocol/schemas/validate'
import { expect, test } from 'vitest'
import { FAULTS } from '../src/faults/index.ts'
import { makeFakeClock } from './fake-clock.ts'
import { KEY, startService, type TestService } from './start-service.ts'

const SECRET = DEVELOPMENT.webhook_secrets[0]

/** An application that takes webhooks and hands them to the test. */
async function startApplication(): Promise<{
  flags: string[]
  next(): Promise<Record<string, string>>
  stop(): void
}> {
  const arrived: Record<string, string>[] = []
  const waiting: ((form: Record<string, string>) => void)[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const form = { path: request.url ?? '', ...Object.fromEntries(new URLSearchParams(body)) }
    response.end()
    const taker = waiting.shift()
    if (taker) taker(form)
    else arrived.push(form)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    flags: ['--test-timings', '--application-base', base, '--webhook-secret', SECRET],
    next: () => {
      const form = arrived.shift()
      return form ? Promise.resolve(form) : new Promise((resolve) => waiting.push(resolve))
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function startWithPresence(): Promise<{
  service: TestService
  application: Awaited<ReturnType<typeof startApplication>>
}> {
  const application = await startApplication()
  return { application, service: await startService(application.flags) }
}

test('a coming and a going reach the application after started', async () => {
  const { application, service } = await startWithPresence()
  const started = await application.next()
  expect(started).toMatchObject({ event: 'started', path: '/_ah/channel/started/' })
  const client = service.connect(await service.mint('ann'))
  const welcome = await client.next()
  const connected = await application.next()
  expect(connected).toMatchObject({
    event: 'connected',
    path: '/_ah/channel/connected/',
    from: 'ann',
    version: '1',
    connection_id: welcome.connection_id,
    epoch: String(welcome.epoch),
  })
  expect(Number(connected.epoch)).toBeGreaterThanOrEqual(Number(started.epoch))
  client.socket.close(1000)
  expect(await application.next()).toMatchObject({ event: 'disconnected', reason: 'closed' })
  await service.stop()
  application.stop()
})

test('presence is read by client id and listed on pages', async () => {
  const { application, service } = await startWithPresence()
  const ids = ['a b', 'c&d', 'é', '+', '5', '6', '7']
  for (const id of ids) await service.connect(await service.mint(id)).next()
  const read = await service.call('GET', `/v1/presence?client_id=${encodeURIComponent('a b')}`)
  const answer = await read.json()
  expect(validate('PresenceAnswer', answer)).toMatchObject({ valid: true })
  expect(answer).toMatchObject({ client_id: 'a b', online: true, version: 1 })

  const listed: string[] = []
  let query = ''
  do {
    const page = (await (await service.call('GET', `/v1/presence${query}`)).json()) as PresencePage
    expect(page.clients.length).toBeLessThanOrEqual(5)
    listed.push(...page.clients.map(({ client_id }) => client_id))
    query = page.next_cursor ? `?cursor=${encodeURIComponent(page.next_cursor)}` : ''
  } while (query !== '')
  expect(listed).toEqual(ids)

  for (const wrong of ['?cursor=1', '?cursor=', '?client_id=a&cursor=1', '?client_id=%ff'])
    expect((await service.call('GET', `/v1/presence${wrong}`)).status).toBe(400)
  expect((await service.call('GET', '/v1/presence?client_id=')).status).toBe(400)
  await service.stop()
  application.stop()
})

test('the discovery document is as the schema wants it, for every choice of profiles', async () => {
  for (const flags of [[], ['--profiles', 'core'], ['--test-timings']]) {
    const service = await startService(flags)
    const answer = await service.call('GET', '/v1', undefined, { authorization: '' })
    expect(answer.headers.get('cache-control')).toContain('max-age=')
    expect(validate('Discovery', await answer.json())).toMatchObject({ valid: true })
    await service.stop()
  }
})

test('a drain announces the end, closes everybody and takes nobody in', async () => {
  const clock = makeFakeClock()
  const service = await startService([], { clock })
  const client = service.connect(await service.mint('ann'))
  await client.next()
  const token = await service.mint('bob')
  const drained = service.drain()
  expect(service.isDraining()).toBe(true)
  const notice = await client.next()
  expect(notice).toMatchObject({ type: 'reconnect' })
  expect((await service.connect(token).closed)[0]).toBe(1006)
  await clock.advance(10_000)
  expect(await client.closed).toEqual([4200, 'draining'])
  await drained
})

test('nothing secret is logged when things go wrong', async () => {
  const lines: string[] = []
  const write = (fields: object, message: string): void => {
    lines.push(JSON.stringify(fields) + message)
  }
  const log = { debug: write, info: write, warn: write, error: write }
  const fault = {
    name: 'throws',
    misdeed: '',
    breaks: [],
    apply: ({ rules }: Parameters<(typeof FAULTS)[number]['apply']>[0]) => {
      rules.makeReceipt = () => {
        throw new Error('a defect')
      }
    },
  }
  const service = await startService([], { log }, [fault])
  const token = await service.mint('ann')
  await service.connect(token).next()
  const answer = await service.call('POST', '/v1/messages', { client_id: 'ann', data: 'private' })
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'internal-error' })
  await service.stop()
  expect(lines.length).toBeGreaterThan(0)
  for (const secret of [KEY, SECRET, token, 'private'])
    expect(lines.join('\n')).not.toContain(secret)
})

test('each fault has a name of its own, a misdeed and what it breaks', () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
  for (const { name, misdeed, breaks } of FAULTS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(misdeed).toMatch(/\.$/)
    expect(breaks.length).toBeGreaterThan(0)
  }
})

test('a broadcast reaches everybody, with one frame, and the command that asks for it needs a key', async () => {
  const service = await startService()
  const clients = await Promise.all(
    ['ann', 'bob'].map(async (clientId) => service.connect(await service.mint(clientId))),
  )
  const welcomes = await Promise.all(clients.map((client) => client.next()))
  for (const welcome of welcomes) expect(welcome).toMatchObject({ broadcast_seq: 0 })
  const receipt = await service.post('/v1/broadcasts', { data: 'hello' })
  expect(receipt).toMatchObject({ seq: 1, connections: 2 })
  for (const client of clients)
    expect(await client.next()).toMatchObject({ type: 'broadcast', id: receipt.id, data: 'hello' })
  const keyless = { authorization: '' }
  expect((await service.call('POST', '/v1/broadcasts', { data: 'x' }, keyless)).status).toBe(401)
  await service.stop()
})

test('without the profile broadcast its path is refused and the welcome does not speak of it', async () => {
  const service = await startService(['--profiles', 'core'])
  const answer = await service.call('POST', '/v1/broadcasts', { data: 'hello' })
  expect([answer.status, await answer.json()]).toMatchObject([
    501,
    { code: 'profile-not-supported' },
  ])
  const welcome = await service.connect(await service.mint('ann')).next()
  expect(Object.keys(welcome).filter((name) => name.startsWith('broadcast'))).toEqual([])
  await service.stop()
})

test('broadcasts beyond their rate are refused with Retry-After and take no seq, and messages pass', async () => {
  const clock = makeFakeClock()
  const flags = ['--test-timings', '--broadcasts-per-second', '2']
  const service = await startService(flags, { clock })
  const post = (): Promise<Response> => service.call('POST', '/v1/broadcasts', { data: 'x' })
  expect([(await post()).status, (await post()).status]).toEqual([200, 200])
  const refused = await post()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await service.post('/v1/messages', { client_id: 'ann', data: 'x' })).toMatchObject({
    seq: 1,
  })
  await clock.advance(1000)
  expect(await (await post()).json()).toMatchObject({ seq: 3 })
  await service.stop()
})
