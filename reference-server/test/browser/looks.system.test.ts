import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useDemo } from './demo-stage.ts'
import { enterNotes, enterPushChat, enterSimpleChat, enterSockets } from './people.ts'
import { type Windows, withWindows } from './windows.ts'

const demo = useDemo()

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const pages: [string, (windows: Windows) => Promise<Page>][] = [
  ['the landing page', (windows) => windows.open('/')],
  ['the push chat before signing in', (windows) => windows.open('/push/')],
  ['the push chat', enterPushChat],
  ['the simple chat', (windows) => enterSimpleChat(windows, `nick ${windows.id}`)],
  ['the notes before signing in', (windows) => windows.open('/notes/')],
  ['the notes', (windows) => enterNotes(windows, 'ada')],
  ['the sockets before connecting', (windows) => windows.open('/sockets/')],
  ['the sockets', (windows) => enterSockets(windows, `Name ${windows.id}`, 'room')],
  ['the live view', (windows) => windows.open('/live/')],
  ['the list of chapters', (windows) => windows.open('/spec/')],
  ['a chapter', (windows) => windows.open('/spec/discovery')],
]

interface Violation {
  id: string
  help: string
  nodes: { html: string }[]
}

async function findViolations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()')
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`)
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(`${axe};0`)
  for (const colorScheme of ['light', 'dark'] as const) {
    // A colour on its way to another has a contrast of its own.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await findViolations(page), colorScheme).toEqual([])
  }
}

async function expectToFit(page: Page): Promise<void> {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  }
}

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'

/** Everything to use that is shown; a group of radio buttons is one thing. */
const LIST = `
  globalThis.things = [...document.querySelectorAll(${JSON.stringify(FOCUSABLE)})].filter(
    (one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && (one.type !== 'radio' || one.checked))
  things.length`

/** Which of the things has the focus, and whether that can be seen. */
const FOCUSED = `
  const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
  [things.indexOf(document.activeElement), outlineStyle !== 'none' || boxShadow !== 'none']`

async function expectTabToReachAll(page: Page): Promise<void> {
  await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
  const count = await page.evaluate<number>(LIST)
  const reached = new Set<number>()
  // Between the last thing and the first, the focus is on the browser itself.
  for (let step = 0; step < count + 2; step++) {
    await page.keyboard.press('Tab')
    const [index, isShown] = await page.evaluate<[number, boolean]>(`{${FOCUSED}}`)
    if (index === -1) continue
    reached.add(index)
    expect(isShown, `the focus on thing ${index} is seen`).toBe(true)
  }
  expect([...reached].sort((a, b) => a - b)).toEqual([...Array(count).keys()])
}

test.each(pages)(
  '%s has nothing against it that axe knows, fits narrow and wide screens, and is used with the Tab key',
  async (_name, open) => {
    await withWindows(demo, async (windows) => {
      const page = await open(windows)
      await expectAccessible(page)
      await expectToFit(page)
      await expectTabToReachAll(page)
    })
  },
)
