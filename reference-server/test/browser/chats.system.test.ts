import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useDemo } from './demo-stage.ts'
import { expectNoInjection, INJECTIONS } from './injection.ts'
import { enterPushChat, enterSimpleChat, write } from './people.ts'
import { patient, untilShown, type Windows, withWindows } from './windows.ts'

/** With a short grace, so that who left is soon gone. */
const demo = useDemo(['--test-timings'])

/** Gives `play` two people with cookies of their own. */
async function withTwo(play: (one: Windows, other: Windows) => Promise<void>): Promise<void> {
  await withWindows(demo, (one) => withWindows(demo, (other) => play(one, other)))
}

/** Resolves when the page of the push chat lists so many people. */
async function untilHere(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('#users [title]').count(), patient).toBe(count)
}

/** What the page's own origin answers to a form that a script of the page sends. */
async function postForm(page: Page, path: string, form: Record<string, string>): Promise<number> {
  return await page.evaluate(
    `fetch('${path}', { method: 'POST', body: new URLSearchParams(${JSON.stringify(form)}) })
      .then((answer) => answer.status)`,
  )
}

test('in the push chat two windows see each other, and what one posts is in both, as text', async () => {
  await withTwo(async (one, other) => {
    const first = await enterPushChat(one)
    const second = await enterPushChat(other)
    for (const page of [first, second]) await untilHere(page, 2)
    for (const text of INJECTIONS) {
      await write(first, '#message', text)
      for (const page of [first, second]) await untilShown(page, '#messages', text)
    }
    for (const page of [first, second]) await expectNoInjection(page, '#messages')
    await second.close()
    await untilHere(first, 1)
  })
})

test('who comes later to the push chat is shown what was said', async () => {
  await withTwo(async (one, other) => {
    const first = await enterPushChat(one)
    await write(first, '#message', 'said before you came')
    await untilShown(first, '#messages', 'said before you came')
    await untilShown(await enterPushChat(other), '#messages', 'said before you came')
  })
})

test('knowing the client id of another is not enough to post to the push chat as them', async () => {
  await withTwo(async (one, other) => {
    const first = await enterPushChat(one)
    const second = await enterPushChat(other)
    await untilHere(second, 2)
    const ids = await second.evaluate<string[]>(
      "[...document.querySelectorAll('#users [title]')].map(({ title }) => title)",
    )
    const answers = await Promise.all(
      ids.map((client_id) => postForm(second, '/post', { client_id, value: 'as somebody' })),
    )
    expect(answers.sort()).toEqual([200, 403])
    await untilShown(first, '#messages', 'as somebody')
    expect(await first.locator('#messages p', { hasText: 'as somebody' }).count()).toBe(1)
  })
})

test('in the simple chat what one writes is in both windows, under the nick and without markup', async () => {
  await withTwo(async (one, other) => {
    const first = await enterSimpleChat(one, '<b>ada</b>')
    const second = await enterSimpleChat(other, 'grace &lt;i&gt;')
    for (const [count, text] of INJECTIONS.entries()) {
      await write(first, '#text', `${count} ${text} end of ${count}`)
      for (const page of [first, second]) await untilShown(page, '#center', `${count} `)
    }
    await write(second, '#text', 'good morning')
    for (const page of [first, second]) {
      await untilShown(page, '#center', 'good morning')
      await untilShown(page, '#center', 'ada')
      await untilShown(page, '#center', 'grace')
      await expectNoInjection(page, '#center')
    }
  })
})

test('a nick that is taken is refused once, and is free again when its owner has left', async () => {
  await withTwo(async (one, other) => {
    const first = await enterSimpleChat(one, 'radia')
    const second = await other.open('/')
    await write(second, '[name=nick]', 'radia')
    await untilShown(second, '#notice', 'That nickname is taken')
    await second.reload()
    expect(await second.locator('#notice').count()).toBe(0)
    await first.goto('/')
    await expect
      .poll(async () => {
        if (new URL(second.url()).pathname === '/') await write(second, '[name=nick]', 'radia')
        return second.locator('#channel_api_params').count()
      }, patient)
      .toBe(1)
  })
})

test('the nick of a message is that of its writer, whatever the form says, and another one is refused', async () => {
  await withTwo(async (one, other) => {
    const first = await enterSimpleChat(one, 'hedy')
    const second = await enterSimpleChat(other, 'mallory')
    const idOf = (page: Page): Promise<string | null> =>
      page.locator('#channel_api_params').getAttribute('channel_id')
    const own = { nick: 'hedy', channel_id: (await idOf(second)) ?? '', text: 'who is this' }
    expect(await postForm(second, '/newMessage/', own)).toBe(200)
    await untilShown(first, '#center p', 'mallory who is this')
    const stolen = { ...own, channel_id: (await idOf(first)) ?? '', text: 'stolen' }
    expect(await postForm(second, '/newMessage/', stolen)).toBe(403)
  })
})
