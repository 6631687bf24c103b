import { validate } from '@channel-protocol/schemas/validate'
import { expect, test } from 'vitest'
import { makePushChatSample, type PushChatSampleParts } from '../../demos/push-chat/sample.ts'
import { openStore } from '../../demos/store.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { makeRecordedApplication } from './recorded-application.ts'

const OWN = 'https://demo.example'
const PEER = { incoming: { socket: { remoteAddress: '::ffff:192.0.2.7' } } }

/** What is pushed. */
interface Push {
  message: { datetime: string; ip?: string }
}

interface Login {
  client_id: string
  token: string
  users: { client_id: string; ip?: string }[]
}

function start(more: Partial<PushChatSampleParts> = {}) {
  const recorded = makeRecordedApplication()
  // 2027-01-15T08:00:00Z
  const clock = makeFakeClock()
  const sample = makePushChatSample({
    application: recorded.application,
    origin: OWN,
    clock,
    complain: () => {},
    store: openStore(),
    ...more,
  })
  const ask = (path: string, init: RequestInit = {}) => sample.routes.request(path, init, PEER)
  return {
    ...recorded,
    sample,
    clock,
    ask,
    async login(cookie = '') {
      const answer = await ask('/login', { headers: { cookie } })
      expect(answer.status).toBe(200)
      const [given = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
      return { ...((await answer.json()) as Login), cookie: given }
    },
    post({ client_id, token }: Login, value: string) {
      const body = new URLSearchParams({ client_id, token, value })
      return ask('/post?time=1', { method: 'POST', body })
    },
  }
}

test('client ids have the prefix of the sample', async () => {
  const { sample, login } = start()
  const { client_id: clientId, users } = await login()
  expect(clientId).toMatch(/^push-[\w-]{16}$/)
  expect(clientId.startsWith(sample.prefix)).toBe(true)
  expect(users).toEqual([{ client_id: clientId }])
  await sample.stop()
})

test('a post is dated with the offset of the zone, the one of the article by default', async () => {
  for (const [more, datetime] of [
    [{}, '2027-01-15T17:00:00.000+09:00'],
    [{ timeZone: 'America/New_York' }, '2027-01-15T03:00:00.000-05:00'],
  ] as const) {
    const { login, post } = start(more)
    const push = (await (await post(await login(), 'hello')).json()) as Push
    expect(validate('MessagePush', push).valid).toBe(true)
    expect(push.message.datetime).toBe(datetime)
    expect(push.message).not.toHaveProperty('ip')
  }
})

test('addresses are told where the operator asked for it, in lists and in messages', async () => {
  const { login, post, sent, clock } = start({ showIp: true })
  const ada = await login()
  expect(ada.users).toEqual([{ client_id: ada.client_id, ip: '192.0.2.7' }])
  const push = (await (await post(ada, 'hello')).json()) as Push
  expect(push.message.ip).toBe('192.0.2.7')
  await clock.advance(100)
  expect(JSON.parse(sent.at(-1)?.text ?? '')).toEqual({ users: ada.users })
})

test('a list that tells addresses still fits into one message', async () => {
  const { login, ask } = start({ showIp: true })
  let longest = 0
  for (;;) {
    const answer = await ask('/login')
    if (answer.status !== 200) {
      expect(answer.status).toBe(503)
      break
    }
    longest = JSON.stringify({ users: ((await answer.json()) as Login).users }).length
  }
  expect(longest).toBeGreaterThan(30_000)
  expect(longest).toBeLessThanOrEqual(32_767)
  await expect(login()).rejects.toThrow()
})

test('newcomers get the last 100 messages, as everybody was sent them', async () => {
  const { login, post, ask, sent } = start()
  const ada = await login()
  for (let number = 1; number <= 101; number += 1) await post(ada, `message ${number}`)
  const bob = await login()
  const history = await ask('/push/history', { headers: { cookie: bob.cookie } })
  expect(history.headers.get('cache-control')).toBe('no-store')
  expect(await history.json()).toEqual(sent.slice(1, 101).map(({ text }) => text))
})

test('only a session of a sign-in learns what was said and who is here', async () => {
  const { login, ask } = start()
  const ada = await login()
  const eve = await login()
  const { cookie } = eve
  for (const path of ['/push/history', '/push/users']) {
    for (const headers of [{}, { cookie: 'push_chat_session=invented' }]) {
      const refused = await ask(path, { headers })
      expect(refused.status).toBe(403)
      expect(validate('Problem', await refused.json()).valid).toBe(true)
    }
    const own = (clientId: string) => ask(`${path}?client_id=${clientId}`, { headers: { cookie } })
    expect((await own(eve.client_id)).status).toBe(200)
    expect((await own(ada.client_id)).status).toBe(403)
    expect((await ask(path, { headers: { cookie } })).status).toBe(200)
  }
})

test('verified webhooks change who is here, and those about sockets do not', async () => {
  const { sample, login, ask } = start()
  const { client_id: clientId, cookie } = await login()
  const listed = async () => {
    const answer = await ask('/push/users', { headers: { cookie } })
    return ((await answer.json()) as Login).users
  }
  const raw = { headers: {}, body: '' }
  const common = { clientId, connectionId: 'c', epoch: 5 }
  await sample.take({ event: 'connected', webhookId: 'w1', version: 1, ...common }, raw)
  expect(await listed()).toEqual([{ client_id: clientId }])
  await sample.take({ event: 'handshake', webhookId: 'w2', epoch: 5, socket: 's', path: '' }, raw)
  await sample.take(
    { event: 'disconnected', webhookId: 'w3', version: 2, reason: 'lost', ...common },
    raw,
  )
  expect(await listed()).toEqual([])
  await sample.take({ event: 'connected', webhookId: 'w4', version: 3, ...common }, raw)
  await sample.take({ event: 'started', webhookId: 'w5', epoch: 6 }, raw)
  expect(await listed()).toEqual([])
})

test('pages of other origins may sign in and post, and a wrong method is refused', async () => {
  const { ask } = start()
  const origin = 'https://elsewhere.example'
  const answer = await ask('/login', { headers: { origin } })
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  const preflight = await ask('/post', { method: 'OPTIONS', headers: { origin } })
  expect(preflight.status).toBe(204)
  expect((await ask('/post')).status).toBe(405)
  const long = { method: 'POST', body: new URLSearchParams({ value: 'x'.repeat(200_000) }) }
  expect((await ask('/post', long)).status).toBe(413)
})

test('the page loads the script of the service, has the forms of the article, and may use unload', async () => {
  const { ask } = start()
  const answer = await ask('/push/')
  const page = await answer.text()
  expect(answer.headers.get('permissions-policy')).toBe('unload=(self)')
  for (const part of ['/_ah/channel/jsapi', 'name="loginForm"', 'name="sendForm"', 'id="message"'])
    expect(page).toContain(part)
})
