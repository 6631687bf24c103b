/** The demo and a browser for the tests of one file. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { startChromium } from './chromium.ts'
import { type RunningDemo, startDemo } from './start-demo.ts'
import type { Stage } from './windows.ts'

/** Starts both before the file's tests and ends them after; the answer is complete when the first test runs. */
export function useDemo(flags: readonly string[] = []): Stage {
  let browser: Browser | undefined
  let demo: RunningDemo | undefined
  beforeAll(async () => {
    demo = await startDemo(flags)
    browser = await startChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })
  const started = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('the demo and the browser start before the tests')
    return thing
  }
  return {
    get browser() {
      return started(browser)
    },
    get url() {
      return started(demo).url
    },
  }
}
