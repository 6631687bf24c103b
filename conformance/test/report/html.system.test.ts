import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import type { Report } from '../../src/report/report.ts'
import { frame, ofEveryVerdict, reportOf, resultOf, timelineOf } from './made-run.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const REQUIREMENT = 'token.expired.refused'
const CHECK = 'token.expired.closed'

/** A failure of a check that has a recorded transcript, with every kind of arrow, a wait, and a text far too long. */
const failed = resultOf({
  check: CHECK,
  verdict: 'fail',
  expected: 'no welcome',
  got: 'a welcome envelope',
  offender: 4,
  control: 'worked',
  clock: 'virtual',
  timeline: timelineOf(
    {
      kind: 'request',
      as: 'defect',
      method: 'POST',
      url: 'http://127.0.0.1:1/v1/tokens',
      headers: { authorization: 'Bearer <secret 1>' },
      body: JSON.stringify({ client_id: 'x'.repeat(3000) }),
    },
    { kind: 'answer', as: 'defect', status: 201, headers: {}, body: '{"token":"<secret 2>"}' },
    { kind: 'open', as: 'defect', subprotocol: 'channel-protocol.v1' },
    frame('defect', '<b>welcome</b>'),
    {
      kind: 'webhook',
      as: 'defect',
      method: 'POST',
      path: '/_ah/channel/connected/',
      headers: {},
      body: 'event=connected',
      inFlight: 1,
    },
    ...Array.from({ length: 60 }, (_, index) => frame('later', `frame ${index}`)),
  ),
})
const broken = reportOf([failed, ...ofEveryVerdict.slice(1)])
const sound = reportOf([resultOf({ check: CHECK, control: 'worked' })])

let browser: Browser
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

/** The page of these reports, opened as a file; whatever the browser complains of is thrown. */
async function withPage(
  reports: readonly Report[],
  use: (page: Page) => Promise<void>,
  { width = 1280, hash = '' } = {},
): Promise<void> {
  const file = join(folder, 'report.html')
  await writeFile(file, renderHtml(reports))
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
  })
  await page.goto(pathToFileURL(file).href + hash)
  await use(page)
  await page.close()
  expect(complaints).toEqual([])
}

const shownIds = (page: Page): Promise<string[]> =>
  page.locator('.requirement:not([hidden])').evaluateAll((rows) => rows.map(({ id }) => id))

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<{
    violations: { id: string; nodes: { html: string }[] }[]
  }>('axe.run()')
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

describe('the page of one report', () => {
  test('the first deviation leads to its requirement, whose check shows what was expected, what came, and how to repeat it', async () => {
    await withPage([broken], async (page) => {
      await page.getByRole('link', { name: CHECK }).click()
      const check = page.locator('.check', { hasText: CHECK })
      const told = await check.innerText()
      for (const part of [
        'no welcome',
        'a welcome envelope',
        'the same without the defect worked',
        'virtual clock',
        `channel-conformance run ${CHECK} --seed 7`,
      ])
        expect(told).toContain(part)
    })
  })

  test('what happened is drawn between three lanes, the offender marked, beside what a conforming server did', async () => {
    await withPage(
      [broken],
      async (page) => {
        const happened = page.getByRole('img', { name: /event 4 breaks the requirement/ })
        await happened.waitFor()
        expect(await happened.locator('.lane text').allTextContents()).toEqual([
          'client',
          'service',
          'application',
        ])
        expect(await happened.locator('.lane.judged').textContent()).toBe('service')
        expect(await happened.locator('.offender .label').textContent()).toBe(
          'defect text <b>welcome</b>',
        )
        expect(await happened.locator('.offender title').textContent()).toContain('welcome')
        const conforming = page.getByRole('img', { name: /what a conforming server did/ })
        expect(await conforming.locator('.step').count()).toBeGreaterThan(3)
        const [left, right] = await Promise.all([happened.boundingBox(), conforming.boundingBox()])
        expect(left?.y).toBe(right?.y)
        expect(left?.x).toBeLessThan(right?.x ?? 0)
      },
      { hash: `#${REQUIREMENT}` },
    )
  })

  test('a long transcript is drawn whole when asked for, and its events are there in full', async () => {
    await withPage(
      [broken],
      async (page) => {
        const steps = page.locator('figure').first().locator('.step')
        await steps.first().waitFor()
        expect(await steps.count()).toBe(40)
        await page.getByRole('button', { name: 'Draw all 65 events, not only 40' }).click()
        expect(await steps.count()).toBe(65)
        await page.getByText('Every event in full').click()
        expect(await page.locator('.events li').count()).toBe(65)
        expect(await page.locator('.events li').first().innerText()).toContain('x'.repeat(3000))
        expect(await page.locator('.events li.offender').innerText()).toContain(
          'this breaks the requirement',
        )
      },
      { hash: `#${REQUIREMENT}` },
    )
  })

  test('filters leave what was asked for and say how much that is', async () => {
    await withPage([broken], async (page) => {
      const output = page.locator('output')
      expect(await output.textContent()).toBe('3 of 3 requirements')
      await page.getByLabel('failed').uncheck()
      expect(await shownIds(page)).toEqual(['token.answer.soon', 'message.order.kept'])
      await page.getByRole('button', { name: 'Show all' }).click()
      await page.getByLabel('Search').fill('message.b')
      expect(await shownIds(page)).toEqual(['message.order.kept'])
      expect(await output.textContent()).toBe('1 of 3 requirements')
      await page.getByLabel('Search').fill('SHOULD do')
      expect(await shownIds(page)).toEqual(['token.answer.soon'])
      await page.getByLabel('Search').fill('')
      await page.getByLabel('MUST', { exact: true }).uncheck()
      expect(await shownIds(page)).toEqual(['token.answer.soon'])
      await page.getByLabel('Profile').selectOption('core')
      expect(await page.locator('.chapter:not([hidden])').count()).toBe(1)
    })
  })

  test('a requirement is opened with the keyboard, and its command is copied or selected', async () => {
    await withPage([broken], async (page) => {
      await page.locator(`[id="token.answer.soon"] > summary`).focus()
      await page.keyboard.press('Enter')
      const check = page.locator('[id="token.answer.soon"] .check')
      expect(await check.innerText()).toContain('one after 2 s')
      await check.getByRole('button', { name: 'Copy' }).click()
      await check.getByRole('button', { name: /Copied|Selected/ }).waitFor()
      expect(await page.evaluate('String(getSelection())')).toBe(
        'channel-conformance run token.c --seed 7',
      )
    })
  })
})

test('a matrix has a column for each target and shows where they differ', async () => {
  await withPage([broken, sound], async (page) => {
    const row = page.locator(`[id="${REQUIREMENT}"]`)
    expect(await row.locator('summary .verdict').allTextContents()).toEqual(['A fail', 'B pass'])
    await row.locator('summary').first().click()
    // It is filled a moment after it was opened.
    await row.locator('.target-name').first().waitFor()
    expect(await row.locator('.target-name').allInnerTexts()).toEqual(
      expect.arrayContaining(['A fail example', 'B pass example (2)']),
    )
    await page.getByLabel('only where targets differ').check()
    expect(await shownIds(page)).toContain(REQUIREMENT)
  })
})

const pages: [string, readonly Report[], string][] = [
  ['the page of a broken target, opened at a failure', [broken], `#${REQUIREMENT}`],
  ['the page of a sound target', [sound], ''],
  ['a matrix of three, opened at a failure', [broken, sound, broken], `#${REQUIREMENT}`],
]

describe.each(pages)('%s', (_name, reports, hash) => {
  test('has nothing against it that axe knows, light and dark', async () => {
    await withPage(
      reports,
      async (page) => {
        await page.evaluate(`${axe};0`)
        for (const summary of await page.locator('.all > summary').all()) await summary.click()
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          expect(await violationsOf(page), colorScheme).toEqual([])
        }
      },
      { hash },
    )
  })

  test.for([360, 1280])('fits a screen of %i pixels', async (width) => {
    await withPage(
      reports,
      async (page) => {
        for (const summary of await page.locator('.all > summary').all()) await summary.click()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        const drawing = page.locator('.diagram svg').first()
        if (hash !== '') expect((await drawing.boundingBox())?.width).toBeLessThanOrEqual(width)
      },
      { hash, width },
    )
  })
})
