import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type TestService } from '../start-service.ts'
import { startChromium } from './chromium.ts'
import { patient, serve, type Windows, withWindows } from './windows.ts'

let browser: Browser
let service: TestService

beforeAll(async () => {
  browser = await startChromium()
  service = await startService()
})

afterAll(async () => {
  await browser.close()
  await service.stop()
})

/** What the page writes down: each event of its channel, and the text of a message. */
const FOLLOW = `
  globalThis.told = []
  globalThis.follow = (Channel) => {
    globalThis.channel = new Channel({ token: () => fetch('/token').then((answer) => answer.json()) })
    for (const name of ['open', 'resumed', 'message', 'reconnecting', 'error', 'close'])
      channel['on' + name] = (event) => told.push(event.data ?? name)
  }`

const CLASSIC = `<script src="/channel.classic.js"></script><script>${FOLLOW}
  follow(ChannelProtocol.Channel)</script>`
const MODULE = `<script type="module">import { Channel } from '/channel.js'
  ${FOLLOW}
  follow(Channel)</script>`

/** What a page sees of WebSockets behind a proxy that drops them. */
const BLOCKED = `globalThis.WebSocket = class extends EventTarget {
  constructor() {
    super()
    setTimeout(() => this.onclose?.(new CloseEvent('close', { code: 1006 })))
  }
  close() {}
}`

/** Gives `play` a page with a channel of that client id, whose tokens live so long. */
async function withChannel(
  clientId: string,
  markup: string,
  play: (page: Page, windows: Windows) => Promise<void>,
  { seconds = 60, prepare = async (_windows: Windows): Promise<void> => {} } = {},
): Promise<void> {
  await withWindows({ browser, url: service.baseUrl }, async (windows) => {
    await prepare(windows)
    for (const file of ['channel.js', 'channel.classic.js']) {
      const code = await readFile(new URL(`../../client/built/${file}`, import.meta.url), 'utf8')
      await serve(windows, `/${file}`, code, 'text/javascript')
    }
    await serve(windows, '/page', `<!doctype html><title>A page</title><body>${markup}`)
    await windows.context.route('/token', async (route) => {
      const wish = { client_id: clientId, ttl_seconds: seconds }
      await route.fulfill({ json: await service.post('/v1/tokens', wish) })
    })
    await play(await windows.open('/page'), windows)
  })
}

const say = (clientId: string, data: string): Promise<unknown> =>
  service.post('/v1/messages', { client_id: clientId, data })

async function expectTold(page: Page, told: readonly string[]): Promise<void> {
  await expect.poll(() => page.evaluate('globalThis.told'), patient).toEqual(told)
}

test.each([
  ['an ES module', 'as-module', MODULE],
  ['a classic script', 'as-script', CLASSIC],
])('the library works as %s', async (_kind, clientId, markup) => {
  await withChannel(clientId, markup, async (page) => {
    await expectTold(page, ['open'])
    await say(clientId, 'hello')
    await expectTold(page, ['open', 'hello'])
    await page.evaluate('channel.close()')
    await expectTold(page, ['open', 'hello', 'close'])
  })
})

test('where WebSockets do not open, messages come over an event stream', async () => {
  const requests: string[] = []
  const block = async ({ context }: Windows): Promise<void> => {
    await context.addInitScript(BLOCKED)
    context.on('request', (request) => requests.push(request.url()))
  }
  await withChannel(
    'blocked',
    CLASSIC,
    async (page) => {
      await expect.poll(() => page.evaluate('channel.readyState'), patient).toBe(1)
      await say('blocked', 'over the stream')
      await expect.poll(() => page.evaluate('told.at(-1)'), patient).toBe('over the stream')
      const streams = requests.filter((url) => url.startsWith(`${service.baseUrl}/v1/connect`))
      expect(streams).toHaveLength(1)
    },
    { prepare: block },
  )
})

test('a renewal before the token ends is not told, and nothing is lost or doubled by it', async () => {
  let connections = 0
  const count = async ({ context }: Windows): Promise<void> => {
    context.on('page', (page) => page.on('websocket', () => (connections += 1)))
  }
  await withChannel(
    'renewing',
    CLASSIC,
    async (page) => {
      await expectTold(page, ['open'])
      const said: string[] = []
      while (connections < 3) {
        const next = `message ${said.length}`
        said.push(next)
        await say('renewing', next)
        await expectTold(page, ['open', ...said])
      }
    },
    { seconds: 1, prepare: count },
  )
})

test('a page that is online again connects anew at once, and has what was said meanwhile', async () => {
  await withChannel('offline', CLASSIC, async (page, { context }) => {
    await expectTold(page, ['open'])
    await context.setOffline(true)
    await page.waitForFunction('!navigator.onLine')
    await say('offline', 'while you were out')
    const again = page.waitForEvent('websocket')
    await context.setOffline(false)
    await again
    await expect
      .poll(() => page.evaluate("told.filter((one) => one.startsWith('while'))"), patient)
      .toEqual(['while you were out'])
  })
})
