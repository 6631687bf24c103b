import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLedger } from '../src/ledger.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SITE = join(ROOT, 'dist/docs')

/** A first page, a chapter, types, a table and a guide. */
const PAGES = [
  'index.html',
  'documents/Specification.Token.html',
  'documents/Checks.Token.html',
  'documents/Schemas.Token.html',
  'documents/Registry.Problems.html',
  'documents/Guides.Read_a_report.html',
]

/** Of the theme itself: links in the heads of its unfolding navigation, and a heading of its own level. */
const OF_THE_THEME = ['nested-interactive', 'heading-order']

let output = ''
let code: number | null
let browser: Browser
beforeAll(async () => {
  const child = spawn('npm', ['run', 'docs'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  code = await new Promise((resolve) => child.on('close', resolve))
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
})
afterAll(() => browser.close())

test('the site is built, and every link and anchor of every page leads somewhere', () => {
  expect(output).toMatch(/\d{3,} pages, \d{5,} links followed, 0 broken/)
  expect(output).not.toContain('warning')
  expect(code).toBe(0)
})

test('every requirement is an anchor of its chapter, with a badge that leads to its proof', () => {
  const chapters = globSync('documents/Specification.*.html', { cwd: SITE })
    .map((path) => readFileSync(join(SITE, path), 'utf8'))
    .join('\n')
  const anchors = [...chapters.matchAll(/<a id="([\w.-]+)">/g)].map(([, id]) => id)
  const badges = [...chapters.matchAll(/class="badge [\w-]+" href="Checks\.[^"#]+#([^"]+)"/g)]
  const ids = readLedger().requirements.map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(300)
  expect(ids.filter((id) => !anchors.includes(id))).toEqual([])
  expect(badges.map(([, id]) => id).sort()).toEqual(ids.sort())
})

describe.each([
  ['on a desk', 1280],
  ['on a phone', 360],
])('%s', (_, width) => {
  test.for(PAGES.map((path) => [path]))(
    '%s is as wide as the screen, and readable for all',
    async ([path = '']) => {
      const page = await browser.newPage({ viewport: { width, height: 800 } })
      await page.goto(`file://${join(SITE, path)}`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(await violationsOn(page)).toEqual([])
      await page.close()
    },
  )
})

test('the badge of a requirement leads to its checks, what a conforming server did and the faults', async () => {
  const page = await browser.newPage()
  await page.goto(`file://${join(SITE, 'documents/Specification.Token.html')}`)
  await page.locator('.requirement a.badge', { hasText: 'proven' }).first().click()
  await page.waitForURL(/Checks\.Token\.html#token\./)
  expect(await page.getByText('What a conforming implementation did').count()).toBeGreaterThan(10)
  expect(await page.getByText(/^Must catch \d+ faults?$/).count()).toBeGreaterThan(10)
  await page.close()
})

async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return violations
    .filter(({ id }) => !OF_THE_THEME.includes(id))
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
