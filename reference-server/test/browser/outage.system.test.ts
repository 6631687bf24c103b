import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium } from './chromium.ts'
import { sendMail } from './mail.ts'
import { enterNotes, enterPushChat, enterSimpleChat, untilOpen, write } from './people.ts'
import { type RunningDemo, startDemo } from './start-demo.ts'
import { patient, type Stage, untilShown, type Windows, withWindows } from './windows.ts'

const GRACE_MS = 2000
const AWAY = '#state:not([data-state=open])'

let browser: Browser
let demo: RunningDemo
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outage-'))
  browser = await startChromium()
  await start()
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
  await rm(folder, { recursive: true })
})

/** Starts the demo, where it was before and with what its store has. */
async function start(): Promise<void> {
  const grace = ['--test-timings', '--presence-grace-seconds', String(GRACE_MS / 1000)]
  const port = demo === undefined ? 0 : Number(new URL(demo.url).port)
  demo = await startDemo([...grace, '--store', join(folder, 'store')], port)
}

const stage = (): Stage => ({ browser, url: demo.url })

/** What the service says of a client; each coming and going makes another version. */
async function readPresence(clientId: string): Promise<{ online: boolean; version: number }> {
  const answer = await fetch(`${demo.url}/v1/presence?client_id=${clientId}`, {
    headers: { authorization: `Bearer ${DEVELOPMENT.application_keys[0]}` },
  })
  return (await answer.json()) as { online: boolean; version: number }
}

/** The client id of a page of the push chat. */
async function readClientId(page: Page): Promise<string> {
  return (await page.locator('#users [title]', { hasText: 'you' }).getAttribute('title')) ?? ''
}

test.each([
  ['the push chat', '#message', '#messages', enterPushChat],
  [
    'the simple chat',
    '#text',
    '#center',
    (windows: Windows) => enterSimpleChat(windows, `nick ${windows.id}`),
  ],
])(
  'after a restart %s comes back by itself, and shows what was said before it was back',
  async (_name, field, log, enter) => {
    await withWindows(stage(), (one) =>
      withWindows(stage(), async (other) => {
        const page = await enter(one)
        await demo.stop()
        await page.waitForSelector(AWAY)
        await one.context.setOffline(true)
        await start()
        const speaker = await enter(other)
        await write(speaker, field, 'while you were away')
        await untilShown(speaker, log, 'while you were away')
        await one.context.setOffline(false)
        await untilShown(page, log, 'while you were away')
        await untilOpen(page)
        await write(page, field, 'back again')
        for (const each of [page, speaker]) await untilShown(each, log, 'back again')
      }),
    )
  },
)

test('after a restart the notes come back by themselves, and show what was mailed before they were back', async () => {
  await withWindows(stage(), async (windows) => {
    const page = await enterNotes(windows, 'ada')
    await demo.stop()
    await page.waitForSelector(AWAY)
    await windows.context.setOffline(true)
    await start()
    expect(await sendMail(demo.url, 'ada@example.org', 'Tea', 'At four.')).toBeLessThan(300)
    await windows.context.setOffline(false)
    await untilShown(page, '#notes h3', 'Tea')
    await untilOpen(page)
  })
})

test('a reload within the grace is no coming and no going', async () => {
  await withWindows(stage(), async (windows) => {
    const page = await enterPushChat(windows)
    const clientId = await readClientId(page)
    const { version } = await readPresence(clientId)
    const reloaded = Date.now()
    await page.reload()
    await untilOpen(page)
    expect(await readClientId(page)).toBe(clientId)
    await expect.poll(() => Date.now() - reloaded, patient).toBeGreaterThan(GRACE_MS + 1000)
    expect(await readPresence(clientId)).toMatchObject({ online: true, version })
  })
})

test('a closed tab is gone within the grace and 2 seconds', async () => {
  await withWindows(stage(), async (windows) => {
    const page = await enterPushChat(windows)
    const clientId = await readClientId(page)
    await page.close()
    const withinMs = { ...patient, timeout: GRACE_MS + 2000 }
    await expect.poll(async () => (await readPresence(clientId)).online, withinMs).toBe(false)
  })
})

test('a page that the back/forward cache kept is connected again, and shows what was said meanwhile', async () => {
  await withWindows(stage(), async (windows) => {
    const page = await enterPushChat(windows)
    const speaker = await enterPushChat(windows)
    await page.evaluate(
      "addEventListener('pageshow', (event) => { globalThis.was = event.persisted })",
    )
    await page.goto('/spec/')
    await write(speaker, '#message', 'while you looked elsewhere')
    await untilShown(speaker, '#messages', 'while you looked elsewhere')
    await page.goBack({ waitUntil: 'commit' })
    await untilShown(page, '#messages', 'while you looked elsewhere')
    await untilOpen(page)
    expect(await page.evaluate('globalThis.was')).toBe(true)
  })
})
