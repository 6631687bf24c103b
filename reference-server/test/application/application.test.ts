import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeApplication } from '@channel-protocol/reference-server/application'
import { expect, test } from 'vitest'
import {
  InvalidChannelClientIdError,
  InvalidDurationError,
  InvalidMessageError,
  InvalidSocketsError,
  ServiceProblemError,
  ServiceUnreachableError,
} from '../../application/index.ts'
import { type Script, startStubService } from '../command-line/stub-service.ts'

const KEY = 'a-key-that-is-shown-to-nobody-0001'
const RECEIPT = { id: 'msg_1', seq: 1, epoch: 1_800_000_000_000_000, connections: 2 }
const TOKEN = {
  token: 'abc.def',
  client_id: 'ann',
  expires_at: '2027-01-15T08:00:00.000Z',
  connect_url: 'ws://127.0.0.1:1/v1/connect',
}

async function start(answer: Script['answer']) {
  const service = await startStubService(answer ? { answer } : {})
  const application = makeApplication({
    baseUrl: `${service.url}/`,
    applicationKey: KEY,
  })
  return { service, application, stop: () => Promise.all([service.stop(), application.stop()]) }
}

test('each function is the call of the protocol that its name says', async () => {
  const answers: Record<string, [number, unknown]> = {
    'POST /v1/tokens': [201, TOKEN],
    'POST /v1/messages': [200, RECEIPT],
    'POST /v1/broadcasts': [200, RECEIPT],
    'POST /v1/sockets': [201, { url: 'wss://a.example/v1/socket/t', expires_at: TOKEN.expires_at }],
    'POST /v1/sockets/messages': [200, { results: [{ socket: 's1', delivered: false }] }],
    'POST /v1/sockets/broadcasts': [200, { sockets: 3 }],
  }
  const { service, application, stop } = await start((call) => answers[call])
  expect(await application.createChannel('ann')).toEqual({
    token: 'abc.def',
    clientId: 'ann',
    connectUrl: TOKEN.connect_url,
    expiresAt: TOKEN.expires_at,
  })
  await application.createChannel('ann', 1440)
  expect(await application.sendMessage('ann', 'é')).toEqual(RECEIPT)
  expect(await application.broadcastMessage('all')).toEqual(RECEIPT)
  expect(await application.createWebSocketUrl('/foo')).toBe('wss://a.example/v1/socket/t')
  await application.createWebSocketUrl()
  expect(await application.sendSocketMessage('s1', '')).toEqual([
    { socket: 's1', delivered: false },
  ])
  await application.sendSocketMessage(['s1', 's2'], 'hi')
  expect(await application.broadcastSocketMessage('hi')).toBe(3)
  expect(service.received.map(({ body }) => body)).toEqual([
    { client_id: 'ann' },
    { client_id: 'ann', ttl_seconds: 86_400 },
    { client_id: 'ann', data: 'é' },
    { data: 'all' },
    { path: '/foo' },
    { path: '' },
    { sockets: ['s1'], body: '' },
    { sockets: ['s1', 's2'], body: 'hi' },
    { body: 'hi' },
  ])
  expect(new Set(service.received.map(({ authorization }) => authorization))).toEqual(
    new Set([`Bearer ${KEY}`]),
  )
  await stop()
})

test('what the original refused is refused before any request', async () => {
  const { service, application, stop } = await start(undefined)
  for (const clientId of ['', 'é'.repeat(129), 'a\nb', '\ud800', 5 as never]) {
    await expect(application.createChannel(clientId)).rejects.toThrow(InvalidChannelClientIdError)
    await expect(application.sendMessage(clientId, 'x')).rejects.toThrow(
      InvalidChannelClientIdError,
    )
  }
  for (const minutes of [0, -1, 1441, 1.5, Number.NaN, '60' as never, true as never])
    await expect(application.createChannel('ann', minutes)).rejects.toThrow(InvalidDurationError)
  for (const message of [
    '',
    'x'.repeat(32_768),
    `${'é'.repeat(16_384)}`,
    '\udc00',
    null as never,
  ]) {
    await expect(application.sendMessage('ann', message)).rejects.toThrow(InvalidMessageError)
    await expect(application.broadcastMessage(message)).rejects.toThrow(InvalidMessageError)
  }
  await expect(application.broadcastSocketMessage('x'.repeat(32_768))).rejects.toThrow(
    InvalidMessageError,
  )
  for (const sockets of ['', [], ['s1', ''], 5 as never])
    await expect(application.sendSocketMessage(sockets, 'x')).rejects.toThrow(InvalidSocketsError)
  expect(service.received).toEqual([])
  await stop()
})

test('the longest client id, duration and message pass', async () => {
  const answer: Script['answer'] = (call) =>
    call.endsWith('tokens') ? [201, TOKEN] : [200, RECEIPT]
  const { application, stop } = await start(answer)
  await application.createChannel('é'.repeat(128), 1)
  await application.sendMessage('a', `x${'é'.repeat(16_383)}`)
  await stop()
})

test('a refusal carries the problem document, the wait, and no secret', async () => {
  const problem = {
    status: 401,
    code: 'invalid-application-key',
    type: 'https://channel-protocol.org/problems/invalid-application-key',
    title: 'A live application key is needed',
  }
  const { application, stop } = await start(() => [401, problem])
  const error = await application.sendMessage('ann', 'hush').catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ServiceProblemError)
  expect(error).toMatchObject({ status: 401, problem, retryAfterSeconds: undefined })
  expect(String(error)).toContain('401 invalid-application-key')
  expect(String(error)).not.toContain(KEY)
  expect(String(error)).not.toContain('hush')
  await stop()
})

test('an answer that the protocol does not know is a problem without a document', async () => {
  const answers: [number, unknown][] = [
    [200, { id: 'msg_1' }],
    [200, 'no JSON'],
    [302, ''],
    [502, 'a proxy'],
  ]
  for (const answer of answers) {
    const { application, stop } = await start(() => answer)
    const error = await application.sendMessage('ann', 'x').catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ServiceProblemError)
    expect(error).toMatchObject({ status: answer[0], problem: undefined })
    await stop()
  }
})

test('a service that is not there, or silent for too long, is unreachable', async () => {
  const { service, application } = await start(undefined)
  await service.stop()
  await expect(application.sendMessage('ann', 'x')).rejects.toThrow(ServiceUnreachableError)
  await expect(application.sendMessage('ann', 'x')).rejects.toThrow('see that it runs')
  await application.stop()

  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const hasty = makeApplication({ baseUrl, applicationKey: KEY, timeoutSeconds: 0.05 })
  await expect(hasty.sendMessage('ann', 'x')).rejects.toThrow('within 0.05 seconds')
  await hasty.stop()
  silent.close()
  silent.closeAllConnections()
})
