import { ServiceUnreachableError } from '@channel-protocol/reference-server/application'
import { expect, test } from 'vitest'
import { composeMail } from '../../demos/notes/compose-mail.ts'
import { openStore } from '../../demos/store.ts'
import { ORIGIN, startNotes, writeMail } from './notes-parts.ts'

const ada = 'ada@example.org'
const grace = 'grace@example.org'
const pushText = '"A new note was created! Refresh the page to see it."'

test('without a session there is no token, no list and no attachment', async () => {
  const { call, minted } = startNotes()
  for (const path of ['/notify_token', '/notes/list', '/notes/attachments/1']) {
    const answer = await call(path, { headers: { cookie: 'notes_session=guessed' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ status: 401, title: 'Unauthorized' })
  }
  expect(minted).toEqual([])
})

test('a session is a cookie that scripts do not see, and its token lives for 60 minutes', async () => {
  const { call, minted } = startNotes()
  const body = new URLSearchParams({ user: 'ada' })
  const headers = { origin: ORIGIN }
  const signedIn = await call('/notes/sign-in', { method: 'POST', headers, body })
  expect(signedIn.status).toBe(303)
  expect(signedIn.headers.get('location')).toBe('/notes/')
  const setCookie = signedIn.headers.get('set-cookie') ?? ''
  expect(setCookie).toMatch(/^notes_session=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/)
  const [cookie = ''] = setCookie.split(';')
  const answer = await call('/notify_token?page=page-0001', { headers: { cookie } })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.json()).toMatchObject({ token: 't1', client_id: 'notes-ada-page-0001' })
  expect(minted).toEqual([{ clientId: 'notes-ada-page-0001', minutes: 60 }])
})

test('over https the cookie is secure', async () => {
  const origin = 'https://demo.example.org'
  const { call } = startNotes({ origin })
  const body = new URLSearchParams({ user: 'ada' })
  const answer = await call('/notes/sign-in', { method: 'POST', headers: { origin }, body })
  expect(answer.headers.get('set-cookie')).toContain('; Secure')
})

test('tokens live for as many minutes as is set', async () => {
  const { signIn, openPage, minted } = startNotes({ notesMinutes: 1 })
  await openPage(await signIn('ada'))
  expect(minted[0]?.minutes).toBe(1)
})

test('nobody is signed in by a page of another origin, or as a user that there is not', async () => {
  const { signIn } = startNotes()
  expect(await signIn('ada', { origin: 'https://elsewhere.example' })).toBe('')
  expect(await signIn('ada', { origin: 'null' })).toBe('')
  expect(await signIn('eve')).toBe('')
})

test('signing out ends the session, and so does a day', async () => {
  const { signIn, call, clock } = startNotes()
  const leaving = await signIn('ada')
  const staying = await signIn('ada')
  const read = async (cookie: string) => (await call('/notes/list', { headers: { cookie } })).status
  const headers = { origin: ORIGIN, cookie: leaving }
  await call('/notes/sign-out', { method: 'POST', headers })
  expect(await read(leaving)).toBe(401)
  expect(await read(staying)).toBe(200)
  await clock.advance(24 * 60 * 60 * 1000)
  expect(await read(staying)).toBe(401)
})

test('sessions and notes outlive the process where they are kept in a file', async () => {
  const store = openStore()
  const before = startNotes({ store })
  const cookie = await before.signIn('ada')
  await before.mail(writeMail(ada))
  expect(await startNotes({ store }).list(cookie)).toMatchObject([{ title: 'Shopping' }])
})

test('at most a thousand sessions are kept, the newest', async () => {
  const { signIn, call } = startNotes()
  const first = await signIn('ada')
  const second = await signIn('ada')
  for (let count = 0; count < 999; count += 1) await signIn('grace')
  expect((await call('/notes/list', { headers: { cookie: first } })).status).toBe(401)
  expect((await call('/notes/list', { headers: { cookie: second } })).status).toBe(200)
})

test('a page keeps its client id over renewals, and one without a name gets a new one each time', async () => {
  const { signIn, openPage, call } = startNotes()
  const cookie = await signIn('ada')
  expect(await openPage(cookie, 'page-0001')).toBe(await openPage(cookie, 'page-0001'))
  const [one, other] = [await openPage(cookie), await openPage(cookie)]
  expect(one).toMatch(/^notes-ada-[\w-]{36}$/)
  expect(one).not.toBe(other)
  for (const page of ['short', 'with space', 'x'.repeat(65), '../../ada'])
    expect((await call(`/notify_token?page=${page}`, { headers: { cookie } })).status).toBe(400)
})

test('mail becomes a note of its sender, pushed to every page of that user and to nobody else', async () => {
  const { signIn, openPage, mail, list, pushed } = startNotes()
  const [adas, graces] = [await signIn('ada'), await signIn('grace')]
  const pages = [await openPage(adas, 'page-0001'), await openPage(adas, 'page-0002')]
  await openPage(graces, 'page-0003')
  expect((await mail(writeMail('"Ada L." <ADA@example.org>'))).status).toBe(204)
  expect(pushed).toEqual(pages.map((clientId) => ({ clientId, text: pushText })))
  expect(await list(adas)).toMatchObject([
    { title: 'Shopping', body: 'Milk', created_at: '2027-01-15T08:00:00.000Z', attachments: [] },
  ])
  expect(await list(graces)).toEqual([])
})

test('mail of an unknown sender is refused, and nobody is told', async () => {
  const { signIn, openPage, mail, list, pushed } = startNotes()
  const cookie = await signIn('ada')
  await openPage(cookie)
  for (const from of ['eve@example.org', '', 'ada@example.org.evil.example', 'Group: ada@x.y;'])
    expect((await mail(writeMail(from))).status).toBe(403)
  expect((await mail('no message at all')).status).toBe(403)
  expect(pushed).toEqual([])
  expect(await list(cookie)).toEqual([])
})

test('a push that fails is complained of, and the note is kept', async () => {
  const { signIn, openPage, mail, list, refuse, complaints } = startNotes()
  const cookie = await signIn('ada')
  await openPage(cookie)
  refuse()
  expect((await mail(writeMail(ada))).status).toBe(204)
  expect(await list(cookie)).toHaveLength(1)
  expect(complaints).toEqual(['a push did not reach the service'])
})

test('an attachment is kept as it is, and given to its user alone as a file to save', async () => {
  const { signIn, mail, list, call } = startNotes()
  const [adas, graces] = [await signIn('ada'), await signIn('grace')]
  const content = Uint8Array.from({ length: 256 }, (_, at) => at)
  const files = [{ name: "Grüße 'x'.html", content }]
  const letter = { from: ada, to: grace, subject: 'Ünïcødé '.repeat(9), text: 'é\n.\n', files }
  expect((await mail(composeMail(letter, new Date(0)))).status).toBe(204)
  const [note] = await list(adas)
  expect(note).toMatchObject({ title: letter.subject, body: 'é\n.' })
  const attachment = note?.attachments[0]
  expect(attachment).toMatchObject({ name: "Grüße 'x'.html", bytes: 256 })
  const path = `/notes/attachments/${attachment?.id}`
  const answer = await call(path, { headers: { cookie: adas } })
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(content)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%27x%27.html",
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
  expect((await call(path, { headers: { cookie: graces } })).status).toBe(404)
  expect((await call('/notes/attachments/x', { headers: { cookie: adas } })).status).toBe(404)
})

test('names of attachments hold no control character and no path', async () => {
  const { signIn, mail, list } = startNotes()
  const body = [
    `From: ${ada}`,
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: text/html',
    'Content-Disposition: attachment; filename="../..\\\\evil\u202e.html"',
    '',
    '<script>alert(1)</script>',
    '--x',
    'Content-Type: application/"><b',
    'Content-Disposition: attachment',
    '',
    '',
    '--x--',
    '',
  ].join('\r\n')
  await mail(body)
  const [note] = await list(await signIn('ada'))
  expect(note).toMatchObject({
    title: '(no subject)',
    attachments: [
      { name: '.._.._evil_.html', type: 'text/html' },
      { name: 'attachment-2', type: 'application/octet-stream' },
    ],
  })
})

test('a service that is away is told with 503, and a defect with 500 and nothing else', async () => {
  const broken = new Error('a secret of the inside')
  const causes: [Error, number, string][] = [
    [new ServiceUnreachableError('away'), 503, 'the channel service did not take the call'],
    [broken, 500, 'a defect of the sample'],
  ]
  for (const [cause, status, detail] of causes) {
    const fail = () => Promise.reject(cause)
    const application = { createChannel: fail, sendMessage: fail }
    const { signIn, call, complaints } = startNotes({ application })
    const answer = await call('/notify_token', { headers: { cookie: await signIn('ada') } })
    expect(answer.status).toBe(status)
    const text = await answer.text()
    expect(text).toContain(detail)
    expect(text).not.toContain(broken.message)
    expect(complaints).toHaveLength(1)
  }
})

test.each([
  [`From: ${ada}, ${grace}`],
  [`From: ${ada}\r\nFrom: mallory@example.com`],
  [`From: mallory@example.com\r\nFrom: ${ada}`],
  [`From: users: ${ada};`],
  [`From: "${ada}" <mallory@example.com>`],
  [`From: ${ada} <mallory@example.com>`],
  [`From: "${ada}"@example.com`],
  [`From: mallory@example.com (${ada})`],
  ['From: =?utf-8?Q?ada=40example.org?= <mallory@example.com>'],
  [`Sender: ${ada}`],
  ['From:'],
])('mail that is not from one user alone is refused: %s', async (from) => {
  const { mail, pushed } = startNotes()
  expect((await mail(`${from}\r\nSubject: x\r\n\r\nx`)).status).toBe(403)
  expect(pushed).toEqual([])
})

test('a message in a message is a file, however deep it is', async () => {
  const { signIn, mail, list } = startNotes()
  const part = 'Content-Type: message/rfc822\r\n\r\n'
  expect((await mail(`From: ${ada}\r\n${part.repeat(2000)}`)).status).toBe(204)
  const [note] = await list(await signIn('ada'))
  expect(note?.attachments).toMatchObject([{ type: 'message/rfc822' }])
})

test('what is too large is refused', async () => {
  const { mail } = startNotes()
  expect((await mail(writeMail(ada, 'x', 'y'.repeat(600_000)))).status).toBe(413)
  expect((await mail(writeMail(ada, 'x', 'y'.repeat(70_000)))).status).toBe(413)
  const files = Array.from({ length: 11 }, () => ({ name: 'a', content: new Uint8Array() }))
  const letter = { from: ada, to: grace, subject: '', text: '', files }
  expect((await mail(composeMail(letter, new Date(0)))).status).toBe(413)
  expect((await mail(`From: ${ada}\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`)).status).toBe(400)
  const parts = 'Content-Type: multipart/mixed; boundary=b'
  expect((await mail(`From: ${ada}\r\n${parts}\r\n\r\n${'--b\r\n\r\n'.repeat(5000)}`)).status).toBe(
    413,
  )
})

test('the newest 50 notes of each user are kept', async () => {
  const { signIn, mail, list } = startNotes()
  await mail(writeMail(grace))
  for (let count = 1; count <= 51; count += 1) await mail(writeMail(ada, `${count}`))
  const titles = (await list(await signIn('ada'))).map(({ title }) => title)
  expect([titles.length, titles[0], titles.at(-1)]).toEqual([50, '51', '2'])
  expect(await list(await signIn('grace'))).toHaveLength(1)
})

test('the page of a user is escaped and shows how to send a note', async () => {
  const { call, signIn } = startNotes()
  const signedOut = await (await call('/notes/')).text()
  expect(signedOut).toContain('without a password')
  expect(signedOut).toContain(ada)
  const page = await call('/notes/', { headers: { cookie: await signIn('ada') } })
  expect(page.headers.get('cache-control')).toBe('no-store')
  const text = await page.text()
  expect(text).toContain('<script src="/_ah/channel/jsapi"></script>')
  expect(text).toContain(`npm run example:mail -- --url ${ORIGIN} \\`)
  expect(text).toContain(`--from ${ada} --subject &quot;Shopping&quot;`)
})
