/** The play of the Japanese chat: two windows sign in, one writes, both show it. */
import type { Page, WebSocket } from 'playwright-core'
import { untilShown, withWindows } from '../../test/browser/windows.ts'
import { fillInHost } from '../code/push-chat.ts'
import { type Play, servePage, untilLogged } from './stage.ts'

const PATH = '/articles/push-chat'

const GREETING = 'こんにちは & 1+1=2'

/** The elements that the article's code asks the document for. */
const MARKUP = `
<form name="loginForm"><button id="login">Sign in</button></form>
<pre id="output"></pre>
<form name="sendForm"><input id="message"><button id="send">Send</button></form>`

/** Shows that both windows open, that the list of users comes, and that what one writes is in both. */
export const playPushChat: Play = (stage, code) =>
  withWindows(stage, async (windows) => {
    await servePage(windows, PATH, MARKUP, fillInHost(code, new URL(stage.url).host))
    const first = await windows.open(PATH)
    const socket = await signIn(first)
    const second = await windows.open(PATH)
    await Promise.all([untilListed(socket, 2), signIn(second)])

    await second.fill('#message', GREETING)
    await second.click('#send')
    for (const page of [first, second]) {
      await untilShown(page, '#output', GREETING)
      // A form whose handler did not work would have been sent by the browser.
      if (new URL(page.url()).search !== '') throw new Error('a form left the page')
    }
  })

async function signIn(page: Page): Promise<WebSocket> {
  const opened = Promise.all([page.waitForEvent('websocket'), untilLogged(page, 'onopen')])
  await page.click('#login')
  const [socket] = await opened
  return socket
}

/** Resolves when a push lists `count` users: the article's code passes over lists, so the connection is watched. */
async function untilListed(socket: WebSocket, count: number): Promise<void> {
  await socket.waitForEvent('framereceived', {
    predicate: ({ payload }) => readUsers(String(payload))?.length === count,
  })
}

function readUsers(frame: string): unknown[] | undefined {
  const { type, data } = JSON.parse(frame) as { type: string; data: string }
  return type === 'message' ? (JSON.parse(data) as { users?: unknown[] }).users : undefined
}
