/** Texts that would run or be markup in a page that takes them for HTML, and the proof that they did not. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

export const INJECTIONS = [
  '<img src=x onerror="globalThis.injected=1">',
  '<script>globalThis.injected=1</script>',
  '&lt;b&gt;bold&lt;/b&gt;',
  '<b>unclosed <i',
  '"><svg onload=globalThis.injected=1>',
] as const

/** Nothing below `selector` is an element that the texts would have made, and nothing ran. */
export async function expectNoInjection(page: Page, selector: string): Promise<void> {
  const made = ['img', 'script', 'b', 'i', 'svg'].map((name) => `${selector} ${name}`).join()
  expect(await page.locator(made).count()).toBe(0)
  expect(await page.evaluate('globalThis.injected')).toBeUndefined()
}
