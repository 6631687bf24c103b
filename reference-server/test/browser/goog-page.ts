/** A page that loads the service's script and writes down, in a global `calls`, what its sockets' callbacks are told. */
import type { Page } from 'playwright-core'
import { serve, type Windows } from './windows.ts'

export const GOOG_PAGE = '/page'

/** A callback of a socket, as the page wrote it down. */
export interface Call {
  socket: string
  callback: string
  argument: unknown
  readyState: number
}

const MARKUP = `<!doctype html>
<title>A page</title>
<body>
<script src="/_ah/channel/jsapi"></script>
<script>
  const calls = []
  const sockets = {}
  const NAMES = ['onopen', 'onmessage', 'onerror', 'onclose']
  const note = (socket, callback) => (argument) =>
    calls.push({ socket, callback, argument: argument ?? null, readyState: sockets[socket].readyState })
  const handle = (socket, names = NAMES) =>
    Object.fromEntries(names.map((name) => [name, note(socket, name)]))
  const open = (socket, token, handler) =>
    (sockets[socket] = new goog.appengine.Channel(token).open(handler))
</script>`

/** Opens the page in windows whose origin is the service. */
export async function openGoogPage(windows: Windows): Promise<Page> {
  await serve(windows, GOOG_PAGE, MARKUP)
  return await windows.open(GOOG_PAGE)
}

/** What the callbacks of a page were told until now. */
export async function readCalls(page: Page): Promise<Call[]> {
  return await page.evaluate('calls')
}
