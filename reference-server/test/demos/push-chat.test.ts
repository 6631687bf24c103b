import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { listen, type RunningChat, startPushChat } from '../../demos/push-chat/push-chat.ts'
import { startService, type TestService } from '../start-service.ts'

interface User {
  client_id: string
  token: string
  connect_url: string
  users: { client_id: string }[]
}

interface Push {
  users?: { client_id: string }[]
  message?: { value: string; client_id: string; datetime: string }
}

const [SECRET] = DEVELOPMENT.webhook_secrets
const complaints: string[] = []
let service: TestService
let chat: RunningChat

beforeAll(async () => {
  const listener = await listen('127.0.0.1', 0)
  const flags = ['--test-timings', '--application-base', listener.url, '--webhook-secret', SECRET]
  service = await startService(flags)
  const [applicationKey] = DEVELOPMENT.application_keys
  const settings = { serviceUrl: service.baseUrl, applicationKey, webhookSecrets: [SECRET] }
  chat = startPushChat(settings, listener, (message) => complaints.push(message))
})

afterAll(async () => {
  await Promise.all([chat.stop(), service.stop()])
})

async function login(cookie = ''): Promise<{ user: User; cookie: string }> {
  const answer = await fetch(`${chat.baseUrl}/login`, { headers: { cookie } })
  expect(answer.status).toBe(200)
  const [given = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { user: (await answer.json()) as User, cookie: given }
}

/** A page that is connected; pushes that do not fit are passed over. */
async function connect({ connect_url, token }: User) {
  const socket = new WebSocket(connect_url, ['channel-protocol.v1', `channel-token.${token}`])
  const arrived: string[] = []
  let wake = (): void => {}
  socket.on('message', (frame) => {
    arrived.push(String(frame))
    wake()
  })
  async function next(fits: (push: Push) => boolean): Promise<string> {
    for (;;) {
      const frame = arrived.shift()
      if (frame === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      else {
        const { type, data } = JSON.parse(frame)
        if (type === 'message' && fits(JSON.parse(data))) return data
      }
    }
  }
  return {
    hears: (value: string) => next(({ message }) => message?.value === value),
    sees: (clientIds: readonly string[]) =>
      next(({ users }) => String(users?.map((one) => one.client_id)) === String(clientIds)),
    leave: () => socket.close(1000),
  }
}

async function post(form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form)
  const answer = await fetch(`${chat.baseUrl}/post?time=1`, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

async function forge(fields: Record<string, string>, secret: string = SECRET): Promise<number> {
  const body = new URLSearchParams(fields).toString()
  const at = new Date()
  const headers = {
    'webhook-id': `msg_${Math.floor(performance.now() * 1000)}`,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': '',
  }
  headers['webhook-signature'] = new Webhook(secret).sign(headers['webhook-id'], at, body)
  const url = `${chat.baseUrl}/_ah/channel/${fields.event}/`
  return (await fetch(url, { method: 'POST', headers, body })).status
}

test('login, token, connect, post, message to all, disconnected, users list', async () => {
  const ann = await login()
  const bob = await login()
  const [a, b] = [ann.user.client_id, bob.user.client_id]
  expect(ann.user.users).toEqual([{ client_id: a }])
  expect(bob.user.users).toEqual([{ client_id: a }, { client_id: b }])
  const annPage = await connect(ann.user)
  const bobPage = await connect(bob.user)
  await annPage.sees([a, b])

  const value = 'grüß "dich" \u2028 日本語'
  const { status, text } = await post({ client_id: a, value, token: ann.user.token })
  expect(status).toBe(200)
  expect(await annPage.hears(value)).toBe(text)
  expect(await bobPage.hears(value)).toBe(text)
  expect(JSON.parse(text).message).toMatchObject({ value, client_id: a })

  bobPage.leave()
  await annPage.sees([a])
  expect((await login()).user.users).not.toContainEqual({ client_id: b })
  expect((await post({ client_id: b, value: 'later', token: bob.user.token })).status).toBe(200)
  await annPage.hears('later')

  chat.advance(600)
  expect((await post({ client_id: b, value: 'too late', token: bob.user.token })).status).toBe(403)
  expect((await post({ client_id: a, value: 'still here', token: ann.user.token })).status).toBe(
    200,
  )
  annPage.leave()
})

test('who signed in and never came is forgotten, and the others are told', async () => {
  const { user } = await login()
  const page = await connect(user)
  await page.sees([user.client_id])
  const never = (await login()).user
  await page.sees([user.client_id, never.client_id])
  chat.advance(119)
  chat.advance(11)
  await page.sees([user.client_id])
  page.leave()
})

test('a session proves what its own pages post, and nothing else does', async () => {
  const ann = await login()
  const second = await login(ann.cookie)
  const eve = await login()
  expect(second.cookie).toBe(ann.cookie)
  expect(eve.cookie).not.toBe(ann.cookie)
  const form = { client_id: ann.user.client_id, value: 'x' }
  const { cookie } = ann
  const origin = 'https://elsewhere.example'
  expect((await post(form, { cookie })).status).toBe(200)
  expect((await post(form, { cookie, origin: chat.baseUrl })).status).toBe(200)
  expect((await post(form, { cookie, origin })).status).toBe(403)
  expect((await post(form, { cookie: eve.cookie })).status).toBe(403)
  expect((await post(form)).status).toBe(403)
  expect((await post({ ...form, token: eve.user.token }, { cookie })).status).toBe(403)
  expect((await post({ ...form, token: ann.user.token }, { origin })).status).toBe(200)
  expect((await post({ ...form, client_id: second.user.client_id }, { cookie })).status).toBe(200)
})

test('only webhooks of the service change who is there', async () => {
  const { user } = await login()
  const epoch = String(Date.now() * 1000)
  const gone = {
    event: 'disconnected',
    from: user.client_id,
    connection_id: 'c-1',
    epoch,
    version: '2',
    time: new Date().toISOString(),
    reason: 'lost',
  }
  const isThere = async () =>
    (await login()).user.users.some(({ client_id }) => client_id === user.client_id)
  const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
  expect(await forge(gone, other)).toBe(401)
  expect(complaints).toContain('a webhook on the route of disconnected was refused')
  expect(await isThere()).toBe(true)
  expect(await forge(gone)).toBe(204)
  expect(await isThere()).toBe(false)
  const { reason: _reason, ...rest } = gone
  expect(await forge({ ...rest, event: 'connected', version: '1' })).toBe(204)
  expect(await isThere()).toBe(false)
  expect(await forge({ ...rest, event: 'connected', version: '3' })).toBe(204)
  expect(await isThere()).toBe(true)
  expect(await forge({ event: 'started', epoch: String(Date.now() * 1000) })).toBe(204)
  expect(await isThere()).toBe(false)
  expect(await forge({ ...rest, from: 'nobody', event: 'connected', version: '1' })).toBe(204)
})

test('pages of other origins may sign in and post', async () => {
  const headers = { 'access-control-request-headers': 'content-type', origin: 'https://a.example' }
  const preflight = await fetch(`${chat.baseUrl}/post`, { method: 'OPTIONS', headers })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
  for (const path of ['/login', '/post'])
    expect(
      (await fetch(chat.baseUrl + path, { headers })).headers.get('access-control-allow-origin'),
    ).toBe('*')
})

test('what there is no route for is a problem', async () => {
  expect((await fetch(`${chat.baseUrl}/`)).status).toBe(404)
  const answer = await fetch(`${chat.baseUrl}/_ah/channel/connected/`)
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('POST')
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('a body that is too long is refused, and the answer is read', async () => {
  const body = `value=${'x'.repeat(200_000)}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await fetch(`${chat.baseUrl}/post`, { method: 'POST', headers, body })
  expect(answer.status).toBe(413)
})
