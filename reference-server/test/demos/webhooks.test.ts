import { makeApplication, type Webhook } from '@channel-protocol/reference-server/application'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Hono } from 'hono'
import { Webhook as Signer } from 'standardwebhooks'
import { beforeEach, expect, test } from 'vitest'
import type { Sample } from '../../demos/sample.ts'
import { makeWebhookRoutes } from '../../demos/webhooks.ts'
import { makeFakeClock } from '../fake-clock.ts'

const [secret] = DEVELOPMENT.webhook_secrets
const clock = makeFakeClock()
const application = makeApplication({
  baseUrl: 'http://127.0.0.1:9',
  applicationKey: 'unused',
  webhookSecrets: [secret],
  clock,
})
let taken: string[]
let routes: Hono

function makeSample(prefix: string): Sample {
  return {
    prefix,
    routes: new Hono(),
    async take(webhook: Webhook) {
      taken.push(`${prefix} ${webhook.event}`)
    },
    async stop() {},
  }
}

beforeEach(() => {
  taken = []
  const samples = ['push-', 'chat-', 'sockets/'].map(makeSample)
  routes = makeWebhookRoutes({ application, samples, clock, complain: () => {} })
})

let number = 0

function post(path: string, fields: Record<string, string>, key: string = secret) {
  const body = new URLSearchParams(fields).toString()
  const at = new Date(clock.nowMs())
  number += 1
  const id = `msg_${number}`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Signer(key).sign(id, at, body),
  }
  return routes.request(path, { method: 'POST', headers, body })
}

const connected = (from: string): Record<string, string> => ({
  event: 'connected',
  from,
  connection_id: 'conn_1',
  epoch: '1800000000000000',
  version: '1',
  time: '2027-01-15T08:00:00.000Z',
})

test('a webhook goes to the sample whose prefix its client id has, and to no other', async () => {
  expect((await post('/_ah/channel/connected/', connected('chat-1'))).status).toBe(204)
  expect(taken).toEqual(['chat- connected'])
})

test('a webhook about nobody is taken and ignored', async () => {
  expect((await post('/_ah/channel/connected/', connected('somebody'))).status).toBe(204)
  expect(taken).toEqual([])
})

test('started goes to every sample', async () => {
  const started = { event: 'started', epoch: '1800000000000000' }
  expect((await post('/_ah/channel/started/', started)).status).toBe(204)
  expect(taken).toEqual(['push- started', 'chat- started', 'sockets/ started'])
})

test('a webhook of a socket goes by its path', async () => {
  const message = {
    event: 'message',
    from: 'sock_AAAAAAAAAAAAAAAAAAAAAAAA',
    path: 'sockets/echo/ada',
    epoch: '1800000000000000',
    time: '2027-01-15T08:00:00.000Z',
    body: 'hello',
  }
  const answer = await post('/_ah/websocket/message/sockets/echo/ada', message)
  expect(await answer.text()).toBe('')
  expect(answer.status).toBe(204)
  expect(taken).toEqual(['sockets/ message'])
})

test('one that another secret signed is refused with 401, and on the wrong route with 403', async () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  expect((await post('/_ah/channel/connected/', connected('chat-1'), other)).status).toBe(401)
  expect((await post('/_ah/channel/disconnected/', connected('chat-1'))).status).toBe(403)
  const unsigned = await routes.request('/_ah/channel/connected/', { method: 'POST', body: 'a=b' })
  expect(unsigned.status).toBe(401)
  expect(taken).toEqual([])
})

test('a body that is too long for a webhook is refused unread', async () => {
  const body = 'x'.repeat(300_000)
  const answer = await routes.request('/_ah/channel/connected/', { method: 'POST', body })
  expect(answer.status).toBe(413)
})
