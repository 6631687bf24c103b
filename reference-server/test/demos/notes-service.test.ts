import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeNotesSample } from '../../demos/notes/sample.ts'
import { openStore } from '../../demos/store.ts'
import { writeMail } from './notes-parts.ts'
import { type RunningSample, startSample } from './start-sample.ts'

const clock = { nowMs: () => Date.now() }
let running: RunningSample<ReturnType<typeof makeNotesSample>>

beforeAll(async () => {
  running = await startSample((parts) => makeNotesSample({ ...parts, store: openStore(), clock }))
})

afterAll(() => running.stop())

interface Page {
  token: string
  client_id: string
  connect_url: string
}

async function signIn(user: string): Promise<string> {
  const answer = await fetch(`${running.url}/notes/sign-in`, {
    method: 'POST',
    headers: { origin: running.url },
    body: new URLSearchParams({ user }),
    redirect: 'manual',
  })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function fetchToken(cookie: string, page: string): Promise<Page> {
  const answer = await fetch(`${running.url}/notify_token?page=${page}`, { headers: { cookie } })
  return (await answer.json()) as Page
}

/** A connected page, and all that it is pushed. */
async function connect({ token, connect_url }: Page) {
  const socket = new WebSocket(connect_url, ['channel-protocol.v1', `channel-token.${token}`])
  const messages: string[] = []
  let wake = (): void => {}
  await new Promise<void>((resolve) => {
    socket.on('message', (frame) => {
      const { type, data } = JSON.parse(String(frame))
      if (type === 'welcome') resolve()
      if (type === 'message') messages.push(data)
      wake()
    })
  })
  return {
    async hears(): Promise<string> {
      while (messages.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return messages.shift() ?? ''
    },
    messages,
    leave: () => socket.close(1000),
  }
}

test('a note by mail reaches both pages of its user over the protocol, and no page of another', async () => {
  const [adas, graces] = [await signIn('ada'), await signIn('grace')]
  const one = await connect(await fetchToken(adas, 'page-0001'))
  const two = await connect(await fetchToken(adas, 'page-0002'))
  const other = await connect(await fetchToken(graces, 'page-0003'))
  const mail = async (from: string) =>
    (await fetch(`${running.url}/_ah/mail/create@x.org`, { method: 'POST', body: writeMail(from) }))
      .status
  expect(await mail('ada@example.org')).toBe(204)
  const text = await one.hears()
  expect(JSON.parse(text)).toBe('A new note was created! Refresh the page to see it.')
  expect(await two.hears()).toBe(text)
  expect(await mail('grace@example.org')).toBe(204)
  expect(await other.hears()).toBe(text)
  expect(other.messages).toEqual([])
  for (const page of [one, two, other]) page.leave()
  expect(running.complaints).toEqual([])
})

test('a renewed token opens the same client id', async () => {
  const cookie = await signIn('ada')
  const [first, second] = [
    await fetchToken(cookie, 'page-0009'),
    await fetchToken(cookie, 'page-0009'),
  ]
  expect(second.client_id).toBe(first.client_id)
  const page = await connect(second)
  await running.application.sendMessage(first.client_id, 'x')
  expect(await page.hears()).toBe('x')
  page.leave()
})
