/** Windows of the tests' browser: who shares cookies with whom, and what a script of theirs did not catch. */
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** How long anything may take that a page is expected to do, in milliseconds. */
export const PATIENCE_MS = 15_000

/** How `expect.poll` waits for a page. */
export const patient = { timeout: PATIENCE_MS, interval: 20 }

/** An origin, and the browser that shows it. */
export interface Stage {
  readonly browser: Browser
  readonly url: string
}

/** The windows of one person. */
export interface Windows {
  /** Another for each person of a process. */
  readonly id: number
  readonly context: BrowserContext
  open(path: string): Promise<Page>
}

let lastId = 0

/**
 * Gives `play` windows that share cookies, and closes them after it. Rejects with the first error that a script in
 * them did not catch.
 */
export async function withWindows<Result>(
  { browser, url }: Stage,
  play: (windows: Windows) => Promise<Result>,
): Promise<Result> {
  lastId += 1
  const id = lastId
  const context = await browser.newContext({ baseURL: url })
  context.setDefaultTimeout(PATIENCE_MS)
  const errors: Error[] = []
  context.on('weberror', (thrown) => errors.push(thrown.error()))
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(path)
    return page
  }
  try {
    const result = await play({ id, context, open })
    if (errors[0]) throw errors[0]
    return result
  } finally {
    await context.close()
  }
}

/** Serves `body` to the windows at a path of their origin that nobody else answers. */
export async function serve(
  { context }: Windows,
  path: string,
  body: string,
  contentType = 'text/html; charset=utf-8',
): Promise<void> {
  // A page that no server answered counts as one of the internet, which may not connect to this machine.
  await context.grantPermissions(['local-network-access'])
  await context.route(path, (route) => route.fulfill({ contentType, body }))
}

/** Resolves when an element of the page has `text` in it. */
export async function untilShown(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor({ state: 'attached' })
}
