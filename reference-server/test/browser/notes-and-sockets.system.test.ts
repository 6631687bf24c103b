import { expect, test } from 'vitest'
import { useDemo } from './demo-stage.ts'
import { expectNoInjection, INJECTIONS } from './injection.ts'
import { sendMail } from './mail.ts'
import { enterNotes, enterSockets, write } from './people.ts'
import { untilShown, type Windows, withWindows } from './windows.ts'

const demo = useDemo()

async function withTwo(play: (one: Windows, other: Windows) => Promise<void>): Promise<void> {
  await withWindows(demo, (one) => withWindows(demo, (other) => play(one, other)))
}

test('a mail is at once a note in every page of its sender, as text, and in no page of another', async () => {
  await withTwo(async (ada, grace) => {
    const pages = [await enterNotes(ada, 'ada'), await ada.open('/notes/')]
    const another = await enterNotes(grace, 'grace')
    await pages[1]?.waitForSelector('#state[data-state=open]')
    for (const [count, text] of INJECTIONS.entries()) {
      expect(await sendMail(demo.url, 'ada@example.org', `${count} ${text}`, text)).toBeLessThan(
        300,
      )
      for (const page of pages) {
        await untilShown(page, '#notes h3', `${count} ${text}`)
        await untilShown(page, '#notes p', text)
      }
    }
    for (const page of pages) await expectNoInjection(page, '#notes')
    // Of the same channel, and later than all that the other was sent.
    await sendMail(demo.url, 'grace@example.org', 'last', 'word')
    await untilShown(another, '#notes h3', 'last')
    expect(await another.locator('#notes h3').count()).toBe(1)
  })
})

test('nobody is told notes without having signed in, and mail of a stranger is refused', async () => {
  await withWindows(demo, async (windows) => {
    const page = await windows.open('/notes/')
    for (const path of ['/notify_token', '/notes/list'])
      expect((await page.request.get(path)).status()).toBe(401)
    expect(await sendMail(demo.url, 'mallory@example.net', 'hello', 'hello')).toBe(403)
  })
})

test('a page cannot post mail', async () => {
  await withWindows(demo, async (windows) => {
    const page = await enterNotes(windows, 'ada')
    const status = await page.evaluate(
      `fetch('/_ah/mail/create@notes.example', { method: 'POST', body: 'From: grace@example.org' })
        .then((answer) => answer.status)`,
    )
    expect(status).toBe(403)
  })
})

test('the echo answers the one who speaks, and nobody else', async () => {
  await withTwo(async (one, other) => {
    const ada = await enterSockets(one, 'Ada', 'echo')
    const grace = await enterSockets(other, 'Grace', 'echo')
    await write(ada, '#text', 'to Ada alone')
    await untilShown(ada, '#log', 'to Ada alone')
    await write(grace, '#text', 'to Grace alone')
    await untilShown(grace, '#log', 'to Grace alone')
    expect(await grace.locator('#log').innerText()).not.toContain('Ada')
  })
})

test('the room hears everybody, as text, and who has left the building', async () => {
  await withTwo(async (one, other) => {
    const ada = await enterSockets(one, 'Ada L', 'room')
    const grace = await enterSockets(other, 'Grace H', 'room')
    for (const text of INJECTIONS) {
      await write(ada, '#text', text)
      for (const page of [ada, grace]) await untilShown(page, '#log', text)
    }
    for (const page of [ada, grace]) await expectNoInjection(page, '#log')
    await ada.close()
    await untilShown(grace, '#log', 'Ada L has left the building')
  })
})
