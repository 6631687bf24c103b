/** The suite judges the project's own client where it belongs: in a browser, which opens the page that the suite serves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGE = 'reference-server/client/adapter.html'
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

test("the project's own client is conformant in Chromium", async () => {
  const program = ['conformance/src/main.ts', 'client', '--page', PAGE]
  const child = spawn(process.execPath, program, { cwd: ROOT })
  const ending = once(child, 'close')
  let printed = ''
  const address = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk
      const [, found] = /open (http\S+) in a browser/.exec(printed) ?? []
      if (found) resolve(found)
    })
  })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(address)
    const [code] = (await ending) as [number]
    expect(printed).toMatch(/^conformant for client/m)
    expect(code).toBe(0)
  } finally {
    await browser.close()
    child.kill()
  }
})
