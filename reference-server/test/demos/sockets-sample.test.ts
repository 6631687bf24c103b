import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage } from '../../demos/sockets/page.ts'
import { makeSocketsSample } from '../../demos/sockets/sample.ts'
import { type RunningSample, startSample } from './start-sample.ts'

let running: RunningSample<ReturnType<typeof makeSocketsSample>>

beforeAll(async () => {
  running = await startSample(makeSocketsSample)
})

afterAll(() => running.stop())

function ask(form: Record<string, string>, origin = running.url): Promise<Response> {
  const body = new URLSearchParams(form)
  return fetch(`${running.url}/sockets/url`, { method: 'POST', headers: { origin }, body })
}

async function enter(name: string, place: 'echo' | 'room') {
  const answer = await ask({ name, place })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { url } = (await answer.json()) as { url: string }
  const page = await openPage(url)
  return { ...page, url }
}

test('echo answers one page, a room tells every socket of the sample, and who leaves is named', async () => {
  const stranger = await openPage(await running.application.createWebSocketUrl('other/eve'))
  const ada = await enter('ada', 'echo')
  ada.say('hello')
  expect(await ada.hears()).toBe('Received: "hello"')
  const grace = await enter('Grace Hopper', 'room')
  grace.say('<b>good morning</b>')
  expect(await grace.hears()).toBe('<b>good morning</b>')
  expect(await ada.hears()).toBe('<b>good morning</b>')
  grace.leave()
  expect(await ada.hears()).toBe('Grace Hopper has left the building')
  await running.application.broadcastSocketMessage('everybody of the service')
  expect(await stranger.hears()).toBe('everybody of the service')
  expect(await ada.hears()).toBe('everybody of the service')
  stranger.leave()
  ada.leave()
})

test('nobody comes in under the name of somebody who is there, not even with the same URL', async () => {
  const first = await enter('twin', 'echo')
  first.say('here')
  await first.hears()
  const refused = await ask({ name: ' twin ', place: 'room' })
  expect(refused.status).toBe(409)
  expect(await refused.json()).toMatchObject({ detail: 'somebody of that name is here already' })
  const second = await openPage(first.url)
  await expect(second.hears()).rejects.toThrow('4003')
  first.say('still here')
  expect(await first.hears()).toBe('Received: "still here"')
  first.leave()
})

test('a text that is too long is not said, and its socket stays', async () => {
  const page = await enter('long', 'room')
  page.say('x'.repeat(1001))
  expect(await page.hears()).toBe('Not said: it has more than 1000 characters.')
  page.say('short')
  expect(await page.hears()).toBe('short')
  page.leave()
})

test('names, places and pages that will not do are refused', async () => {
  for (const name of ['', ' ', '.', '../x', 'a/b', 'a\\b', '%2e', 'x'.repeat(31), '<b>'])
    expect((await ask({ name, place: 'echo' })).status).toBe(400)
  expect((await ask({ name: 'ada', place: 'elsewhere' })).status).toBe(400)
  expect((await ask({ name: 'ada', place: 'echo' }, 'https://elsewhere.example')).status).toBe(403)
  expect((await ask({ name: 'ada', place: 'x'.repeat(5000) })).status).toBe(413)
})

test('the page has a plain script and no secret', async () => {
  const text = await (await fetch(`${running.url}/sockets/`)).text()
  expect(text).toContain('<script src="/demos/sockets.js"></script>')
  expect(text).not.toContain('/v1/socket/')
})
