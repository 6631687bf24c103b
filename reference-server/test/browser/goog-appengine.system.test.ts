import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startReceiver } from '../start-receiver.ts'
import { startService, type TestService } from '../start-service.ts'
import { startChromium } from './chromium.ts'
import { openGoogPage, readCalls } from './goog-page.ts'
import { patient, withWindows } from './windows.ts'

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

/** Gives `play` a page that has the service's script. */
async function withPage(play: (page: Page) => Promise<void>): Promise<void> {
  await withWindows({ browser, url: service.baseUrl }, async (windows) =>
    play(await openGoogPage(windows)),
  )
}

/** Waits for the names of all callbacks of one socket to be these. */
async function expectCalls(page: Page, socket: string, names: readonly string[]): Promise<void> {
  await expect
    .poll(async () => {
      const calls = await readCalls(page)
      return calls.filter((call) => call.socket === socket).map(({ callback }) => callback)
    }, patient)
    .toEqual(names)
}

const say = (clientId: string, data: string): Promise<unknown> =>
  service.post('/v1/messages', { client_id: clientId, data })

test('open returns at once, and callbacks that are assigned afterwards are called', async () => {
  const token = await service.mint('afterwards')
  await withPage(async (page) => {
    const atOnce = await page.evaluate(`
      open('a', '${token}')
      const atOnce = sockets.a.readyState
      for (const name of NAMES) sockets.a[name] = note('a', name)
      atOnce`)
    expect(atOnce).toBe(0)
    await expectCalls(page, 'a', ['onopen'])
    await say('afterwards', '<b>ü & "</b>')
    await expectCalls(page, 'a', ['onopen', 'onmessage'])
    const [opened, heard] = await readCalls(page)
    expect(opened?.readyState).toBe(1)
    expect(heard?.argument).toMatchObject({ data: '<b>ü & "</b>' })
  })
})

test('a handler of any parts, and none, does not throw', async () => {
  const names = ['nothing', 'empty', 'deaf', 'hearing']
  const tokens = await Promise.all(names.map((name) => service.mint(name)))
  await withPage(async (page) => {
    await page.evaluate(`
      open('nothing', '${tokens[0]}')
      open('empty', '${tokens[1]}', {})
      open('deaf', '${tokens[2]}', handle('deaf', ['onopen']))
      open('hearing', '${tokens[3]}', handle('hearing', ['onmessage']))`)
    await expect
      .poll(() => page.evaluate('Object.values(sockets).map((one) => one.readyState)'), patient)
      .toEqual([1, 1, 1, 1])
    await Promise.all(names.map((name) => say(name, 'hello')))
    await expectCalls(page, 'hearing', ['onmessage'])
    await page.evaluate('for (const one of Object.values(sockets)) one.close()')
    expect(await page.evaluate('sockets.nothing.send("x")')).toBe(false)
  })
})

test('the states have the names that the original gave them', async () => {
  await withPage(async (page) => {
    expect(await page.evaluate('goog.appengine.Socket.ReadyState')).toMatchObject({
      CONNECTING: 0,
      OPEN: 1,
      CLOSING: 2,
      CLOSED: 3,
    })
  })
})

test('a token that ends is told as 401, then as closed, and its page opens again from inside onerror', async () => {
  const long = await service.mint('renewed')
  await withPage(async (page) => {
    const short = await service.mint('renewed', 2)
    await page.evaluate(`
      const first = handle('first')
      const told = first.onerror
      first.onerror = (error) => { told(error); open('second', '${long}', handle('second')) }
      open('first', '${short}', first)`)
    await expectCalls(page, 'first', ['onopen', 'onerror', 'onclose'])
    await expectCalls(page, 'second', ['onopen'])
    await say('renewed', 'still here')
    await expectCalls(page, 'second', ['onopen', 'onmessage'])
    await expectCalls(page, 'first', ['onopen', 'onerror', 'onclose'])
    const errors = (await readCalls(page)).filter(({ callback }) => callback === 'onerror')
    expect(errors[0]?.argument).toMatchObject({ code: 401, description: 'Token+timed+out.' })
    expect(await page.evaluate('[sockets.first.readyState, sockets.second.readyState]')).toEqual([
      3, 1,
    ])
  })
})

test('a token that nobody minted is told as 401 after open has returned', async () => {
  await withPage(async (page) => {
    await page.evaluate(`open('forged', 'no.token of anybody', handle('forged'))`)
    await expectCalls(page, 'forged', ['onerror', 'onclose'])
    expect((await readCalls(page))[0]?.argument).toMatchObject({
      code: 401,
      description: 'Invalid+token.',
    })
  })
})

test('a second page with the same client id takes over, and the first is told another code than 401', async () => {
  const token = await service.mint('twice')
  await withPage(async (first) =>
    withPage(async (second) => {
      await first.evaluate(`open('a', '${token}', handle('a'))`)
      await expectCalls(first, 'a', ['onopen'])
      await second.evaluate(`open('b', '${token}', handle('b'))`)
      await expectCalls(second, 'b', ['onopen'])
      await expectCalls(first, 'a', ['onopen', 'onerror', 'onclose'])
      expect((await readCalls(first))[1]?.argument).toMatchObject({ code: 4009 })
      await say('twice', 'to the newest')
      await expectCalls(second, 'b', ['onopen', 'onmessage'])
    }),
  )
})

test('several channels of one page hear their own messages in order', async () => {
  const [a, b] = await Promise.all([service.mint('left'), service.mint('right')])
  await withPage(async (page) => {
    await page.evaluate(
      `open('a', '${a}', handle('a')); open('b', '${b}', handle('b', ['onmessage']))`,
    )
    await expectCalls(page, 'a', ['onopen'])
    await expect.poll(() => page.evaluate('sockets.b.readyState'), patient).toBe(1)
    for (const word of ['one', 'two']) {
      await say('left', word)
      await say('right', word.toUpperCase())
    }
    await expectCalls(page, 'a', ['onopen', 'onmessage', 'onmessage'])
    await expectCalls(page, 'b', ['onmessage', 'onmessage'])
    const heard = (await readCalls(page)).filter(({ callback }) => callback === 'onmessage')
    const of = (name: string): unknown[] =>
      heard.flatMap(({ socket, argument }) =>
        socket === name ? [(argument as { data: string }).data] : [],
      )
    expect([of('a'), of('b')]).toEqual([
      ['one', 'two'],
      ['ONE', 'TWO'],
    ])
  })
})

const leavings = [
  ['close', (page: Page) => page.evaluate('sockets.a.close()')],
  ['close in an unload handler', (page: Page) => page.goto('about:blank')],
] as const

test.each(leavings)(
  '%s reaches the service, which reports the client as closed',
  async (_name, leave) => {
    const receiver = await startReceiver()
    const reporting = await startService(receiver.flags)
    try {
      await withWindows({ browser, url: reporting.baseUrl }, async (windows) => {
        const page = await openGoogPage(windows)
        await page.evaluate(`
        open('a', '${await reporting.mint('leaving')}', handle('a'))
        addEventListener('unload', () => sockets.a.close())`)
        expect((await receiver.take('connected')).form.from).toBe('leaving')
        // A browser sends no Close frame on a WebSocket that it has not told its page of.
        await expectCalls(page, 'a', ['onopen'])
        await leave(page)
        expect((await receiver.take('disconnected')).form).toMatchObject({ reason: 'closed' })
      })
    } finally {
      await reporting.stop()
      receiver.stop()
    }
  },
)
