/** What the plays of the articles' code share: a page around the code, and waiting for what it does. */
import type { Page } from 'playwright-core'
import { type Stage, serve, type Windows } from '../../test/browser/windows.ts'

/** A play shows that an article's code does what the article says; it rejects, saying what did not happen. */
export type Play = (stage: Stage, code: string) => Promise<void>

/** Serves a page of the demo's origin that the demo does not have: `markup`, the service's script, then `code`. */
export async function servePage(
  windows: Windows,
  path: string,
  markup: string,
  code: string,
): Promise<void> {
  const page = `<!doctype html>
<meta charset="utf-8">
<title>An article's page</title>
<body>
${markup}
<script src="/_ah/channel/jsapi"></script>
<script src="${path}.js"></script>
</body>`
  await serve(windows, path, page)
  await serve(windows, `${path}.js`, code, 'text/javascript; charset=utf-8')
}

/** Resolves when the page logs `text` from now on. */
export async function untilLogged(page: Page, text: string): Promise<void> {
  await page.waitForEvent('console', { predicate: (line) => line.text() === text })
}
