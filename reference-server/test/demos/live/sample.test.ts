import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunPrograms } from '../../../demos/live/programs.ts'
import { type LiveSample, makeLiveSample } from '../../../demos/live/sample.ts'
import { type FakeClock, makeFakeClock } from '../../fake-clock.ts'

const origin = 'http://127.0.0.1:8080'
const faults = [{ name: 'accepts-expired-token', misdeed: 'It <does>.', breaks: ['token.a.b'] }]
const asked: string[] = []
let release: () => void
let clock: FakeClock
let live: LiveSample

const programs: RunPrograms = {
  listChecks: () => new Promise((resolve) => (release = () => resolve([]))),
  startService: () => Promise.reject(new Error('not in this test')),
  judge: () => Promise.reject(new Error('not in this test')),
}

function make(hasBench: boolean): LiveSample {
  return makeLiveSample({
    application: {
      async createChannel(clientId) {
        asked.push(clientId)
        return { token: 'a-token', clientId, connectUrl: 'ws://127.0.0.1', expiresAt: '' }
      },
      sendMessage: async () => ({ id: '', seq: 1, epoch: 1, connections: 1 }),
    },
    origin,
    clock,
    complain: () => {},
    ...(hasBench ? { breaking: { faults, programs } } : {}),
  })
}

function post(fields: Record<string, string>, headers: Record<string, string>) {
  const body = new URLSearchParams(fields).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return live.routes.request('/live/break', {
    method: 'POST',
    body,
    headers: { ...type, ...headers },
  })
}

beforeEach(() => {
  release = () => {}
  clock = makeFakeClock()
  live = make(true)
})

afterEach(async () => {
  release()
  await live.stop()
})

test('a token is for an id that nobody had, and is not kept by caches', async () => {
  const answers = [
    await live.routes.request('/live/token'),
    await live.routes.request('/live/token'),
  ]
  expect(answers[0]?.headers.get('cache-control')).toBe('no-store')
  expect(new Set(asked).size).toBe(2)
  for (const clientId of asked) expect(clientId).toMatch(/^live-[\w-]{16}$/)
})

test('whoever would not be told any more is refused, and told so', async () => {
  for (let n = 0; n < 50; n += 1) {
    expect((await live.routes.request('/live/token')).status).toBe(200)
    const clientId = `live-${n}`
    const counted = { webhookId: clientId, epoch: 1, version: 1 }
    await live.take(
      { event: 'connected', clientId, connectionId: 'c', ...counted },
      { headers: {}, body: '' },
    )
  }
  const refused = await live.routes.request('/live/token')
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('too many') })
})

test('without the bench there is neither its panel nor its routes', async () => {
  live = make(false)
  expect(await (await live.routes.request('/live/')).text()).not.toContain('bench')
  expect((await live.routes.request('/live/faults')).status).toBe(404)
  expect((await post({ fault: 'accepts-expired-token' }, { origin })).status).toBe(404)
})

test('with it the faults are listed by their chapter', async () => {
  expect(await (await live.routes.request('/live/')).text()).toContain('bench-form')
  const { faults: listed } = (await (await live.routes.request('/live/faults')).json()) as {
    faults: object[]
  }
  const [only] = faults
  expect(listed).toEqual([{ name: only?.name, misdeed: only?.misdeed, chapter: 'token' }])
})

test('a post from another origin, or from none, starts nothing', async () => {
  const wish = { fault: 'accepts-expired-token' }
  expect((await post(wish, { origin: 'http://evil.example' })).status).toBe(403)
  expect((await post(wish, { origin: 'null' })).status).toBe(403)
  expect((await post(wish, {})).status).toBe(403)
})

test('a fault that is not listed starts nothing', async () => {
  expect((await post({ fault: '--port' }, { origin })).status).toBe(400)
  expect((await post({ fault: 'x'.repeat(5000) }, { origin })).status).toBe(413)
})

test('a second one is refused while the first is judged', async () => {
  const wish = { fault: 'accepts-expired-token', healthy: 'no' }
  expect((await post(wish, { origin })).status).toBe(202)
  expect((await post(wish, { origin })).status).toBe(409)
})
