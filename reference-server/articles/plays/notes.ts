/** The play of the notes chapter: the page opens, a token that ends is followed by another, a mail pops up. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import type { Page, Route } from 'playwright-core'
import { sendMail } from '../../test/browser/mail.ts'
import { type Stage, withWindows } from '../../test/browser/windows.ts'
import { type Play, servePage, untilLogged } from './stage.ts'

const PATH = '/articles/notes'
const ADDRESS = 'ada@example.org'

/** What the chapter has the page say, quotes included: it shows the text as it was pushed. */
const ALERT = '"A new note was created! Refresh the page to see it."'

/** Shows the console's lines of the chapter, the renewal from inside `onerror`, and the alert after it. */
export const playNotes: Play = (stage, code) =>
  withWindows(stage, async (windows) => {
    const { context } = windows
    const visitor = await windows.open('/notes/')
    const refused = await visitor.request.get('/notify_token')
    if (refused.status() !== 401) throw new Error(`a stranger got ${refused.status()} for a token`)
    await signIn(visitor)

    await servePage(windows, PATH, '', code)
    await context.route('/notify_token', (route) => shortenToken(stage, route), { times: 1 })
    const page = await context.newPage()
    const renewed = untilRenewed(page)
    await Promise.all([untilLogged(page, 'Channel opened!'), page.goto(PATH)])
    await renewed

    const alert = page.waitForEvent('dialog')
    const status = await sendMail(stage.url, ADDRESS, 'Tea', 'At four.')
    if (status >= 300) throw new Error(`the mail got ${status}`)
    const dialog = await alert
    await dialog.dismiss()
    if (dialog.message() !== ALERT) throw new Error(`the page said ${dialog.message()}`)
  })

/** Resolves when the page has said goodbye to its first channel and opened another. */
async function untilRenewed(page: Page): Promise<void> {
  await untilLogged(page, 'goodbye')
  await untilLogged(page, 'Channel opened!')
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ada' }).click()
  await page.waitForSelector('text=Signed in as')
}

/** Answers what the demo answers, but for a token of the same client that ends at once: nobody waits an hour. */
async function shortenToken({ url }: Stage, route: Route): Promise<void> {
  const response = await route.fetch()
  const { client_id } = (await response.json()) as { client_id: string }
  const minted = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${DEVELOPMENT.application_keys[0]}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ client_id, ttl_seconds: 2 }),
  })
  await route.fulfill({ response, json: await minted.json() })
}
