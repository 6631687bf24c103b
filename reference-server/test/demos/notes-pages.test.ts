import { expect, test } from 'vitest'
import { startNotes, type TestNotes, writeMail } from './notes-parts.ts'

const minuteMs = 60_000

/** Who is told of one more note of Ada's. */
async function tell(notes: TestNotes): Promise<string[]> {
  notes.pushed.length = 0
  await notes.mail(writeMail('ada@example.org'))
  return notes.pushed.map(({ clientId }) => clientId)
}

test('a page that lost its channel is sent to while it may come back, so that nothing is missed', async () => {
  const notes = startNotes()
  const page = await notes.openPage(await notes.signIn('ada'), 'page-0001')
  await notes.report('connected', page)
  await notes.report('disconnected', page)
  expect(await tell(notes)).toEqual([page])
  await notes.clock.advance(60 * minuteMs)
  expect(await tell(notes)).toEqual([])
})

test('a page stays while it is connected, however old its token is', async () => {
  const notes = startNotes()
  const page = await notes.openPage(await notes.signIn('ada'), 'page-0001')
  await notes.report('connected', page)
  await notes.clock.advance(600 * minuteMs)
  expect(await tell(notes)).toEqual([page])
})

test('a page that comes back to notes that were started anew is known again', async () => {
  const notes = startNotes()
  await notes.report('connected', 'notes-ada-page-0001')
  expect(await tell(notes)).toEqual(['notes-ada-page-0001'])
})

test('a late or repeated report changes nothing', async () => {
  const notes = startNotes()
  const clientId = 'notes-ada-page-0001'
  const connectionId = 'c'
  const raw = { headers: {}, body: '' }
  const common = { webhookId: 'w', epoch: 5, connectionId, clientId }
  await notes.sample.take({ ...common, event: 'disconnected', version: 2, reason: 'lost' }, raw)
  await notes.sample.take({ ...common, event: 'connected', version: 1 }, raw)
  expect(await tell(notes)).toEqual([])
})

test('after a start of the service, pages of before are kept as long as their tokens', async () => {
  const notes = startNotes()
  const page = await notes.openPage(await notes.signIn('ada'), 'page-0001')
  await notes.report('connected', page)
  await notes.sample.take({ event: 'started', webhookId: 's', epoch: 9 }, { headers: {}, body: '' })
  expect(await tell(notes)).toEqual([page])
  await notes.clock.advance(60 * minuteMs)
  expect(await tell(notes)).toEqual([])
})

test('reports about clients that are no pages of users are ignored', async () => {
  const notes = startNotes()
  for (const clientId of ['notes-eve-page-0001', 'notes-', 'notes-ada', 'notes-ada-x', 'chat-1'])
    await notes.report('connected', clientId)
  expect(await tell(notes)).toEqual([])
})

test('a user has at most 32 pages: the one that is away the longest makes room', async () => {
  const notes = startNotes()
  const cookie = await notes.signIn('ada')
  const pages: string[] = []
  for (let count = 100; count < 132; count += 1)
    pages.push(await notes.openPage(cookie, `page-${count}`))
  await notes.report('connected', pages[0] ?? '')
  const added = await notes.openPage(cookie, 'page-0001')
  const told = await tell(notes)
  expect(told).toHaveLength(32)
  expect(told).toContain(pages[0])
  expect(told).toContain(added)
  expect(told).not.toContain(pages[1])
})

test('a user whose 32 pages are connected gets no other one, and may renew those', async () => {
  const notes = startNotes()
  const cookie = await notes.signIn('ada')
  for (let count = 100; count < 132; count += 1)
    await notes.report('connected', await notes.openPage(cookie, `page-${count}`))
  const ask = (page: string) => notes.call(`/notify_token?page=${page}`, { headers: { cookie } })
  expect((await ask('page-0001')).status).toBe(429)
  expect((await ask('page-100')).status).toBe(200)
})
