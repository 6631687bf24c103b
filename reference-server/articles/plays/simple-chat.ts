/** The play of the simple chat: two people enter, one writes, both show it; who leaves frees the nick. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { type Stage, untilShown, type Windows, withWindows } from '../../test/browser/windows.ts'
import type { Play } from './stage.ts'

/** The demo's own page has the elements of the article's template; its script is what the article's code replaces. */
const OWN_SCRIPT = '**/demos/chat.js'

/** Less than the grace of a connection that was lost without a word. */
const LEAVING_MS = 5_000
const POLL_MS = 50

/** Shows entering, a nick that is taken, writing, and leaving. */
export const playSimpleChat: Play = async (stage, code) => {
  const script = `${await readJquery()}\n${code}`
  await withWindows(stage, (ada) =>
    withWindows(stage, async (grace) => {
      for (const { context } of [ada, grace])
        await context.route(OWN_SCRIPT, (route) =>
          route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script }),
        )
      const adas = await enter(ada, 'ada')
      const graces = await enter(grace, 'grace')
      await write(graces, 'Good morning')
      for (const page of [adas, graces]) {
        await untilShown(page, '#center', 'Good morning')
        await untilShown(page, '#center', 'grace')
      }
      await refuseTaken(stage, 'ada')
      await adas.goto('about:blank')
      await untilFree(stage, 'ada')
    }),
  )
}

async function enter(windows: Windows, nick: string): Promise<Page> {
  const page = await windows.open('/')
  const opened = untilWelcome(page)
  await page.fill('[name=nick]', nick)
  await page.press('[name=nick]', 'Enter')
  await opened
  if ((await page.evaluate('jQuery.fn.jquery')) === undefined)
    throw new Error("the page runs another script than the article's")
  return page
}

/** Resolves at the first envelope of the page's connection: the article's `onopen` is empty. */
async function untilWelcome(page: Page): Promise<void> {
  const socket = await page.waitForEvent('websocket')
  await socket.waitForEvent('framereceived')
}

async function write(page: Page, text: string): Promise<void> {
  await page.fill('#text', text)
  await page.click('#send')
}

/** What the demo answers to a person without a page who enters: the address it sends to, or nothing for a page. */
async function tryToEnter({ url }: Stage, nick: string): Promise<string | null> {
  const body = new URLSearchParams({ nick })
  const headers = { origin: url }
  const answer = await fetch(`${url}/chat/`, { method: 'POST', body, headers, redirect: 'manual' })
  await answer.body?.cancel()
  return answer.headers.get('location')
}

async function refuseTaken(stage: Stage, nick: string): Promise<void> {
  const location = await tryToEnter(stage, nick)
  if (location === null) throw new Error(`${nick} is there, and a second one entered`)
}

/** The article's code closes the socket as the page goes, so the nick is free long before a lost one would be. */
async function untilFree(stage: Stage, nick: string): Promise<void> {
  const deadline = AbortSignal.timeout(LEAVING_MS)
  while ((await tryToEnter(stage, nick)) !== null) {
    if (deadline.aborted) throw new Error(`${nick} left, and the nick is still taken`)
    await delay(POLL_MS)
  }
}

/**
 * The package is the library inside a wrapper that gives it to `window` where there is one, so browsers take it as it
 * is.
 */
async function readJquery(): Promise<string> {
  return await readFile(createRequire(import.meta.url).resolve('jquery'), 'utf8')
}
