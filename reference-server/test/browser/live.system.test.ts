import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useDemo } from './demo-stage.ts'
import { enterSockets, press, untilOpen, write } from './people.ts'
import { untilShown, withWindows } from './windows.ts'

const demo = useDemo(['--break'])

/** Where the first link to a requirement leads: to a chapter that has it. */
async function followToRequirement(page: Page, links: string): Promise<string> {
  await page.goto((await page.locator(links).first().getAttribute('href')) ?? '')
  const id = decodeURIComponent(new URL(page.url()).hash.slice(1))
  expect(await page.locator(`[id="${id}"]`).count()).toBe(1)
  return id
}

test('the live view shows each exchange of a sample as it happens, linked to its requirement', async () => {
  await withWindows(demo, async (windows) => {
    const live = await windows.open('/live/')
    await untilOpen(live)
    const socket = await enterSockets(windows, 'Watched', 'echo')
    await write(socket, '#text', 'look at me')
    for (const words of ['opens a socket', 'handshake webhook', 'look at me'])
      await untilShown(live, '#exchanges li', words)
    expect(await live.locator('#exchanges').innerText()).not.toContain('live-')
    expect(await followToRequirement(live, '#exchanges a')).toMatch(/^[a-z-]+\.[a-z-]+\.[a-z-]+$/)
  })
})

test('a service with a fault is judged not conformant, with the clause, and one without it conformant', async () => {
  await withWindows(demo, async (windows) => {
    const live = await windows.open('/live/')
    await untilOpen(live)
    await live.selectOption('#bench-chapter', 'token')
    await live.selectOption('#bench-fault', 'accepts-expired-token')
    await press(live, '#bench-form [value=no]')
    await live.waitForSelector('#bench-verdict .badge[data-kind=bad]', { timeout: 180_000 })
    await untilShown(live, '#bench-verdict', 'token.expired.refused')
    await press(live, '#bench-form [value=yes]')
    await live.waitForSelector('#bench-verdict .badge[data-kind=ok]', { timeout: 180_000 })
  })
})
