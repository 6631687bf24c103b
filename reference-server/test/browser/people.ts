/** What a person does in the demo's pages, with the keyboard alone. */
import type { Page } from 'playwright-core'
import type { Windows } from './windows.ts'

const OPEN = '#state[data-state=open]'
/** More steps than any page has things to focus. */
const MOST_TABS = 200

/** Moves the focus, with the Tab key alone, to the first element that the selector has. Rejects where it is not reached. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < MOST_TABS; step++) {
    const isThere = await page.evaluate(
      `document.activeElement.matches(${JSON.stringify(selector)})`,
    )
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the Tab key does not reach ${selector}`)
}

/** Writes into a field, and sends its form with Enter. */
export async function write(page: Page, field: string, text: string): Promise<void> {
  await tabTo(page, field)
  await page.keyboard.insertText(text)
  await page.keyboard.press('Enter')
}

/** Presses a button. */
export async function press(page: Page, button: string): Promise<void> {
  await tabTo(page, button)
  await page.keyboard.press('Enter')
}

/** Resolves when the page says that it is connected. */
export async function untilOpen(page: Page): Promise<void> {
  await page.waitForSelector(OPEN)
}

/** Signs in to the push chat. */
export async function enterPushChat(windows: Windows): Promise<Page> {
  const page = await windows.open('/push/')
  await press(page, '#login-form button')
  await untilOpen(page)
  return page
}

/** Enters the simple chat with a nick, from the landing page. */
export async function enterSimpleChat(windows: Windows, nick: string): Promise<Page> {
  const page = await windows.open('/')
  await write(page, '[name=nick]', nick)
  await page.waitForURL('**/chat/')
  await untilOpen(page)
  return page
}

/** Signs in to the notes as one of the demo's users. */
export async function enterNotes(windows: Windows, user: string): Promise<Page> {
  const page = await windows.open('/notes/')
  await press(page, `button[value=${user}]`)
  await page.waitForSelector('#notes', { state: 'attached' })
  await untilOpen(page)
  return page
}

/** Opens a socket of the sample under a name: to hear its own words, or everybody's. */
export async function enterSockets(
  windows: Windows,
  name: string,
  place: 'echo' | 'room',
): Promise<Page> {
  const page = await windows.open('/sockets/')
  await tabTo(page, '#name')
  await page.keyboard.insertText(name)
  await tabTo(page, '[name=place]')
  if (place === 'echo') await page.keyboard.press('ArrowUp')
  await press(page, '#enter')
  await untilOpen(page)
  return page
}
