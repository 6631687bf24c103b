import { expect, test } from 'vitest'
import { makeChatSample } from '../../demos/chat/sample.ts'
import { openStore } from '../../demos/store.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { makeRecordedApplication } from './recorded-application.ts'

const OWN = 'https://demo.example'
const SECRET = 'the-secret-of-the-scheduler'

interface Somebody {
  cookie: string
  channelId: string
  token: string
  page: string
}

function start() {
  const recorded = makeRecordedApplication()
  // 2027-01-15T08:00:00Z
  const clock = makeFakeClock()
  const complaints: string[] = []
  const sample = makeChatSample({
    application: recorded.application,
    origin: OWN,
    clock,
    complain: (message) => complaints.push(message),
    store: openStore(),
    timeZone: 'UTC',
    cleanUpSecret: SECRET,
  })
  sample.routes.get('/', (context) => context.html(sample.writeEntry(context)))

  const submit = (
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ) => sample.routes.request(path, { method: 'POST', headers, body: new URLSearchParams(form) })

  async function enter(nick: string, cookie = ''): Promise<Somebody> {
    const answer = await submit('/chat/', { nick }, { cookie })
    expect(answer.status).toBe(200)
    const page = await answer.text()
    const attribute = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(page)?.[1] ?? ''
    return {
      cookie: readCookie(answer),
      channelId: attribute('channel_id'),
      token: attribute('chat_token'),
      page,
    }
  }

  const say = ({ cookie, channelId }: Partial<Somebody>, text: string, more = {}) =>
    submit(
      '/newMessage/',
      { text, nick: 'x', channel_id: channelId ?? '' },
      { cookie: cookie ?? '', ...more },
    )

  const report = (event: 'connected' | 'disconnected', clientId: string, version: number) => {
    const common = { webhookId: 'w', clientId, connectionId: 'c', epoch: 5, version }
    const raw = { headers: {}, body: '' }
    return event === 'connected'
      ? sample.take({ event, ...common }, raw)
      : sample.take({ event, ...common, reason: 'closed' }, raw)
  }

  const cleanUp = (secret = SECRET) =>
    submit('/chat/clean-up', {}, { authorization: `Bearer ${secret}` })

  return { ...recorded, sample, clock, complaints, submit, enter, say, report, cleanUp }
}

const readJson = async (answer: Response) => (await answer.json()) as Record<string, unknown>

function readCookie(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
}

test('the page of somebody who entered has the ids and attributes that the original looks for', async () => {
  const { enter, sample } = start()
  const { page, channelId, token } = await enter('Ada')
  expect(channelId).toMatch(/^chat-[\da-f-]{36}$/)
  expect(token).toBe('token-1')
  expect(page).toMatch(/<div id="channel_api_params" chat_token="token-1" channel_id="chat-/)
  for (const id of ['center', 'text', 'nick', 'send']) expect(page).toContain(`id="${id}"`)
  expect(page).toContain('id="nick" value="Ada"')
  expect(page).toContain('<script src="/_ah/channel/jsapi">')
  await sample.stop()
})

test('its answer is kept by nobody but its browser, may use unload, and begins a session that scripts cannot read', async () => {
  const { submit } = start()
  const answer = await submit('/chat/', { nick: 'Ada' })
  expect(answer.headers.get('cache-control')).toBe('private, no-cache')
  expect(answer.headers.get('permissions-policy')).toBe('unload=(self)')
  expect(answer.headers.get('set-cookie')).toMatch(
    /^simple_chat_session=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

test('without a nick, or with GET, everybody is sent to the landing page', async () => {
  const { sample, submit } = start()
  const answers = [
    await submit('/chat/', { nick: '' }),
    await submit('/chat/', { nick: ' <b></b> ' }),
    await submit('/chat/', {}),
    await sample.routes.request('/chat/'),
  ]
  for (const { status, headers } of answers) {
    expect(status).toBe(303)
    expect(headers.get('location')).toBe('/')
    expect(headers.get('set-cookie')).toBeNull()
  }
})

test('that a nick is taken is said once, on the landing page, to the session that wanted it', async () => {
  const { sample, submit, enter } = start()
  await enter('Ada')
  const refused = await submit('/chat/', { nick: 'ADA' })
  expect(refused.status).toBe(303)
  expect(refused.headers.get('location')).toBe('/')
  const land = async (cookie: string) =>
    (await sample.routes.request('/', { headers: { cookie } })).text()
  const cookie = readCookie(refused)
  expect(await land('')).not.toContain('taken')
  expect(await land(cookie)).toContain('That nickname is taken')
  expect(await land(cookie)).not.toContain('taken')
})

test('a nick that is too long is refused as one that is taken is', async () => {
  const { sample, submit } = start()
  const refused = await submit('/chat/', { nick: 'x'.repeat(41) })
  const cookie = readCookie(refused)
  const landing = await sample.routes.request('/', { headers: { cookie } })
  expect(await landing.text()).toContain('at most 40 characters')
})

test('a message goes to everybody with the nick of the store and the time, and into the pages of newcomers', async () => {
  const { enter, say, sent } = start()
  const ada = await enter('Ada')
  const bob = await enter('Bob')
  const answer = await say(ada, 'hello', { origin: OWN })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(sent).toEqual([
    { to: ada.channelId, text },
    { to: bob.channelId, text },
  ])
  const { success, html } = JSON.parse(text)
  expect(success).toBe(true)
  expect(html).toMatch(/>08:00:00<\/time> <bdi class="who">Ada<\/bdi> <bdi>hello<\/bdi>/)
  expect((await enter('Cid')).page).toContain(html)
})

test('markup of messages and nicks is stripped, and what is left is escaped', async () => {
  const { enter, say, sample } = start()
  const eve = await enter('<img src=x onerror=alert(1)>Eve <img src=x onerror=alert(2)')
  const nick = 'Eve &lt;img src=x onerror=alert(2)'
  expect(eve.page).toContain(`<bdi class="who">${nick}</bdi>`)
  expect(eve.page).toContain(`id="nick" value="${nick}"`)
  const said = [
    ['<img src=x onerror=alert(1)>', undefined],
    ['<b>bold</b> "quoted" &', 'bold &quot;quoted&quot; &amp;'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['<img src=x onerror=alert(1)', '&lt;img src=x onerror=alert(1)'],
    ['<scr<script>ipt>x', 'x'],
  ] as const
  for (const [text, expected] of said) {
    const answer = await say(eve, text)
    if (expected === undefined) expect(answer.status).toBe(400)
    else expect((await readJson(answer)).html).toContain(`${nick}</bdi> <bdi>${expected}</bdi></p>`)
  }
  const { cookie, channelId } = eve
  const query = `?channel_id=${channelId}`
  const all = await sample.routes.request(`/chat/messages${query}`, { headers: { cookie } })
  expect((await readJson(all)).html).not.toMatch(/<(img|b|script)\b/)
})

test('nobody speaks, listens or renews with the channel id of somebody else', async () => {
  const { enter, say, submit, sample, sent } = start()
  const ada = await enter('Ada')
  const eve = await enter('Eve')
  const channel_id = ada.channelId
  const foreign = [
    await say({ ...eve, channelId: ada.channelId }, 'as Ada'),
    await say({ channelId: ada.channelId }, 'as Ada'),
    await say({ cookie: ada.cookie, channelId: 'chat-unknown' }, 'as nobody'),
    await say({ cookie: ada.cookie }, 'as nobody'),
    await say(ada, 'from another page', { origin: 'https://evil.example' }),
    await say(ada, 'from another page', { origin: 'null' }),
    await submit('/chat/token', { channel_id }, { cookie: eve.cookie }),
    await sample.routes.request(`/chat/messages?channel_id=${channel_id}`),
    await submit('/chat/', { nick: 'Cid' }, { origin: 'https://evil.example' }),
  ]
  for (const answer of foreign) {
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  }
  expect(sent).toEqual([])
})

test('two windows of one session are two users, and a session that nobody began is not taken over', async () => {
  const { enter, say } = start()
  const first = await enter('Ada')
  const second = await enter('Bob', first.cookie)
  expect(second.cookie).toBe(first.cookie)
  expect((await say({ ...first, cookie: second.cookie }, 'x')).status).toBe(200)
  const invented = 'simple_chat_session=invented'
  expect((await enter('Cid', invented)).cookie).not.toBe(invented)
})

test('a nick is free again when its holder left, who then cannot speak', async () => {
  const { enter, say, report } = start()
  const ada = await enter('Ada')
  await report('connected', ada.channelId, 1)
  await report('disconnected', ada.channelId, 2)
  const answer = await say(ada, 'x')
  expect(answer.status).toBe(403)
  expect((await readJson(answer)).detail).toContain('the chat has you as gone')
  expect((await enter('Ada')).channelId).not.toBe(ada.channelId)
})

test('who never opened a channel is forgotten by the clean-up after 120 seconds, and the nick is free', async () => {
  const { enter, report, clock, cleanUp, submit } = start()
  const ada = await enter('Ada')
  await enter('Bob')
  await report('connected', ada.channelId, 1)
  await clock.advance(120_000)
  expect(await (await cleanUp()).json()).toEqual({ forgotten: 0 })
  expect((await submit('/chat/', { nick: 'Bob' })).status).toBe(303)
  await clock.advance(1)
  expect(await (await cleanUp()).json()).toEqual({ forgotten: 1 })
  await enter('Bob')
  expect((await submit('/chat/', { nick: 'Ada' })).status).toBe(303)
})

test('the clean-up is for who has the secret, and the sample calls it once a minute until it is stopped', async () => {
  const { sample, enter, clock, cleanUp } = start()
  await enter('Ada')
  for (const secret of ['', 'guess', SECRET.slice(1)])
    expect((await cleanUp(secret)).status).toBe(403)
  expect((await sample.routes.request('/chat/clean-up', { method: 'POST' })).status).toBe(403)
  await clock.advance(180_000)
  await clock.advance(0)
  await enter('Ada')
  await sample.stop()
  expect(clock.waiting()).toBe(0)
})

test('a page whose token died goes on with another', async () => {
  const { enter, submit } = start()
  const { cookie, channelId } = await enter('Ada')
  const answer = await submit('/chat/token', { channel_id: channelId }, { cookie, origin: OWN })
  expect(await answer.json()).toEqual({ chat_token: 'token-2' })
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('what is too long is refused with a clear answer', async () => {
  const { enter, say, submit, sample } = start()
  const ada = await enter('Ada')
  const long = await say(ada, 'x'.repeat(1001))
  expect(long.status).toBe(400)
  expect((await readJson(long)).detail).toBe('A message has at most 1000 characters')
  const huge = await submit('/newMessage/', { text: 'x'.repeat(40_000) })
  expect(huge.status).toBe(413)
  expect((await readJson(huge)).detail).toContain('more than 32768 bytes')
  const { cookie } = ada
  const text = { method: 'POST', headers: { cookie, 'content-type': 'text/plain' }, body: 'nick=a' }
  expect((await sample.routes.request('/chat/', text)).status).toBe(415)
})

test('without the service nobody enters, and no nick is lost', async () => {
  const { enter, submit, say, fail, complaints } = start()
  const ada = await enter('Ada')
  fail(true)
  expect((await submit('/chat/', { nick: 'Bob' })).status).toBe(503)
  expect((await say(ada, 'x')).status).toBe(503)
  expect(complaints).toContain('the service gave no token')
  fail(false)
  await enter('Bob')
})
